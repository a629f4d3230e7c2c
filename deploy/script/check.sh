# shellcheck shell=bash disable=SC2034 # other parts read these variables
# Tries the files for a server where it harms nothing: in a container with Debian's systemd, PostgreSQL and Redis, and no network.

readonly CHECKED_DEBIAN=bookworm CHECKED_ROLES=(gateway core commerce payment content search)

# check_command server
check_command() {
    case ${1-} in
        server) check_server ;;
        *) fail "check accepts 'server', not '${1-}'." ;;
    esac
}

check_server() {
    under_lock check server
    [[ $EUID == 0 ]] || fail "check server starts a container: run it as root."
    need_build_tools
    need_container_tools
    BASE=$STATE/check/debian CONTAINER=$STATE/check/server
    step build "$(build_step)" build_release
    quietly smoke dotnet build tests/Aarya.Smoke -c Release --nologo -v q
    step debian 'Debian with systemd, PostgreSQL and Redis: the first time takes 2 to 10 minutes' make_debian
    trap 'end_container; rm -rf --one-file-system -- "$CONTAINER"' EXIT
    step container 'starting systemd' start_container
    step install 'as docs/operations.md says' install_in_container
    step migrate 'as docs/operations.md says' quietly migrate inside "$(documented_block 4)"
    step fill 'with demo goods' fill_container
    for role in "${CHECKED_ROLES[@]}"; do step "$role" 'waiting until it is active' await_unit "$role"; done
    buy_in_container
    step mail 'looking for the confirmation at the mail server' find_mail
    for role in "${CHECKED_ROLES[@]}"; do step "$role" 'killing it' restart_after KILL "$role"; done
    step content 'freezing it: systemd waits for WatchdogSec' restart_after STOP content
    step payment 'making its start fail' fail_starts payment
    buy_in_container
    step stop 'stopping all roles' stop_units
    say "The units run this release. systemd-analyze security: exposure $EXPOSURE of 10 (less is better)."
}

need_container_tools() {
    local missing=()
    command -v systemd-nspawn >/dev/null || missing+=(systemd-container)
    command -v debootstrap >/dev/null || missing+=(debootstrap)
    [[ ${#missing[@]} -gt 0 ]] || return 0
    may_install || fail "check server needs packages that are missing: sudo apt-get install -y ${missing[*]}"
    install_packages "${missing[@]}"
}

# A folder with the packages; it is kept for the next time.
make_debian() {
    if [[ ! -e $BASE.made ]]; then
        if mountpoint -q "$BASE/proc"; then umount "$BASE/proc"; fi
        rm -rf --one-file-system -- "$BASE"
        mkdir -p "$BASE"
        quietly debian debootstrap --variant=minbase \
            --include=systemd,systemd-sysv,dbus,libicu72,postgresql,redis-server,openssl,curl,ca-certificates,procps,python3-aiosmtpd \
            "$CHECKED_DEBIAN" "$BASE"
        touch "$BASE.made"
    fi
    did="Debian $(<"$BASE/etc/debian_version")"
}

start_container() {
    local dotnet
    dotnet=$(dirname -- "$(readlink -f -- "$(command -v dotnet)")")
    end_container
    rm -rf --one-file-system -- "$CONTAINER"
    cp -a "$BASE" "$CONTAINER"
    mkdir -p "$CONTAINER/usr/share/dotnet" "$CONTAINER/root/aarya/src/Infrastructure/Redis" "$CONTAINER/root/aarya/artifacts"
    ln -s /usr/share/dotnet/dotnet "$CONTAINER/usr/bin/dotnet"
    cp -rL artifacts/api artifacts/sandbox "$CONTAINER/root/aarya/artifacts"
    cp -r deploy "$CONTAINER/root/aarya"
    cp src/Infrastructure/Redis/redis.acl "$CONTAINER/root/aarya/src/Infrastructure/Redis"
    chmod -R a+rX "$CONTAINER/root/aarya"
    write_outside
    systemd-nspawn --quiet --register=no --keep-unit --private-network --console=read-only --directory="$CONTAINER" \
        --bind-ro="$dotnet:/usr/share/dotnet" --boot systemd.log_target=console >"$STATE/logs/container.log" 2>&1 </dev/null &
    NSPAWN=$!
    await_start_of 'systemd in the container' grep -q 'Startup finished' "$STATE/logs/container.log"
    LEADER=$(pgrep -P "$NSPAWN")
    await_start_of 'PostgreSQL in the container' inside 'runuser -u postgres -- psql -qc "select 1" >/dev/null 2>&1'
    did="systemd $(inside 'systemctl --version' | sed -n '1s/^systemd \([0-9]*\).*/\1/p')"
}

# What is outside the shop: a mail server, and the payment provider's sandbox.
write_outside() {
    local units=$CONTAINER/etc/systemd/system
    cat >"$units/mail.service" <<END
[Service]
ExecStart=/usr/bin/aiosmtpd -n -l 127.0.0.1:2525 -c aiosmtpd.handlers.Mailbox /var/tmp/mail
END
    cat >"$units/sandbox.service" <<END
[Service]
Environment=SANDBOX_DATA=/var/tmp/sandbox SANDBOX_WEBHOOK_URL=http://127.0.0.1:8080/api/payments/webhooks/sandbox
Environment=PAYMENT_API_KEY_FILE=/etc/aarya/secrets/payment-api-key
Environment=PAYMENT_WEBHOOK_SECRET_FILE=/etc/aarya/secrets/payment-webhook-secret
ExecStart=/usr/bin/dotnet /root/aarya/artifacts/sandbox/Aarya.Sandbox.dll --urls http://127.0.0.1:18999
END
}

# inside <lines of shell>: runs them in the container, in the folder that has what an operator has
inside() { nsenter --target "$LEADER" --mount --uts --ipc --net --pid bash -euc "cd /root/aarya; $1"; }

# documented_block <number>: prints the lines of the code block with this number under "With systemd"
documented_block() {
    awk -v wanted="$1" '
        /^## |^### / { here = /^### With systemd/ }
        !here { next }
        /^    / { if (!code) number++; code = 1; if (number == wanted) print substr($0, 5); next }
        { code = 0 }' docs/operations.md
}

install_in_container() {
    # The packages are there, and the container has no network.
    quietly install inside "$(documented_block 1 | grep -v '^apt-get ')"
    quietly install inside "$(documented_block 2)"
    inside "sed -i -e 's|^AARYA_PUBLIC_URL=.*|AARYA_PUBLIC_URL=http://127.0.0.1:8080|' \
        -e 's|^PAYMENT_PROVIDER_URL=.*|PAYMENT_PROVIDER_URL=http://127.0.0.1:18999|' /etc/aarya/aarya.env"
    quietly install inside "$(documented_block 3)"
    inside 'cd /etc/aarya/secrets; umask 077; openssl rand -hex 16 >payment-api-key; openssl rand -hex 16 >payment-webhook-secret
        echo smtp://127.0.0.1:2525 >smtp-url; systemctl start mail sandbox'
    EXPOSURE=$(inside 'systemd-analyze security --no-pager aarya@payment' | sed -n 's/.*exposure level for .*: \([0-9.]*\) .*/\1/p')
}

# Runs the program's command as an operator would, with the secrets of the migration.
fill_container() {
    PASSWORD=$(random_hex)
    quietly fill inside "mkdir -p /run/systemd/system/aarya-migrate.service.d
        printf '[Service]\nEnvironment=SEED_PASSWORD=$PASSWORD\nExecStart=\nExecStart=/usr/bin/dotnet %s seed --size demo\n' \
            /opt/aarya/current/Aarya.Api.dll >/run/systemd/system/aarya-migrate.service.d/seed.conf
        systemctl daemon-reload
        systemctl start aarya-migrate
        rm -r /run/systemd/system/aarya-migrate.service.d
        systemctl daemon-reload"
}

await_unit() {
    await_start_of "aarya@$1" inside "systemctl is-active --quiet aarya@$1"
    did=active
}

buy_in_container() {
    AARYA_SUPPORT_PASSWORD=$PASSWORD AARYA_SMOKE_MAIL=elsewhere nsenter --target "$LEADER" --net \
        dotnet run --project tests/Aarya.Smoke -c Release --no-build -- http://127.0.0.1:8080
}

find_mail() {
    await_start_of 'the confirmation at the mail server' inside 'grep -rqs "^Subject:.*confirmed" /var/tmp/mail'
    did="$(inside 'find /var/tmp/mail -type f | wc -l') mails"
}

pid_of() { inside "systemctl show --property=MainPID --value aarya@$1"; }

# restart_after <KILL|STOP> <role>: sends the signal, and waits until another process of the role serves
restart_after() {
    local before began=$EPOCHREALTIME
    before=$(pid_of "$2")
    inside "kill -$1 $before"
    await_start_of "another process of $2" another_serves "$2" "$before"
    did="another process serves after $(seconds_since "$began") s"
}

another_serves() {
    local now
    now=$(pid_of "$1")
    [[ $now != 0 && $now != "$2" ]] && inside "systemctl is-active --quiet aarya@$1 &&
        curl -fs -o /dev/null http://127.0.0.1:8080/health/ready"
}

# fail_starts <role>: with an empty secret its start fails, again and again, until the secret is back
fail_starts() {
    local began
    began=$(inside "systemctl stop aarya@$1; rm -f /run/aarya/starts/*; date '+%F %T'")
    inside "cd /etc/aarya/secrets; cp $1-api-key /root; : >$1-api-key; systemctl restart aarya@$1 2>/dev/null || true"
    await_start_of "a spaced start of $1" inside "journalctl --unit aarya@$1 --since '$began' --no-pager -o cat | grep -q 'waits 4 s'"
    inside "cp /root/$1-api-key /etc/aarya/secrets"
    await_unit "$1"
    did='its starts were spaced, and it serves again'
}

# Each process must end by itself, within TimeoutStopSec.
stop_units() {
    local role
    inside "systemctl stop aarya.target 'aarya@*'"
    for role in "${CHECKED_ROLES[@]}"; do
        [[ $(inside "systemctl show --property=ActiveState --value aarya@$role") == inactive ]] ||
            fail "aarya@$role has not ended: $(inside "systemctl status --no-pager aarya@$role || true")"
    done
    did='each role ended by itself'
}

# await_start_of <what> <command>: waits up to two minutes until the command succeeds
await_start_of() {
    local what=$1 began=$SECONDS
    shift
    until "$@"; do
        kill -0 "$NSPAWN" 2>/dev/null || fail "the container has ended: $STATE/logs/container.log has its output."
        [[ $((SECONDS - began)) -lt 120 ]] || fail "waited two minutes for $what: its output is in ${CONTAINER#"$ROOT"/} and $STATE/logs."
        sleep 0.2
    done
}

# Ends the container that this command started, with everything in it.
end_container() {
    if [[ -n ${LEADER-} ]]; then kill -KILL "$LEADER" 2>/dev/null || true; fi
    if [[ -n ${NSPAWN-} ]]; then
        kill "$NSPAWN" 2>/dev/null || true
        wait "$NSPAWN" 2>/dev/null || true
    fi
    LEADER='' NSPAWN=''
}
