# shellcheck shell=bash disable=SC2034 # other parts read these variables
# Finds PostgreSQL and Redis: installed programs, else apt, else Docker, else one line that says what to install.

readonly OLDEST_POSTGRES=14 OLDEST_REDIS=7

# as_root <command>: fails when this user is not permitted
as_root() {
    if [[ $EUID == 0 ]]; then "$@"; else sudo -n "$@"; fi
}

may_install() { command -v apt-get >/dev/null && as_root true 2>/dev/null; }

docker_answers() { command -v docker >/dev/null && docker info >/dev/null 2>&1; }

# Sets PG_BIN to the PostgreSQL version that made this clone's data, else to the newest that is installed.
find_postgres() {
    local folder version
    while read -r folder; do
        [[ -x $folder/initdb && -x $folder/pg_ctl ]] || continue
        version=$("$folder/postgres" --version | grep -oE '[0-9]+' | head -n 1)
        if [[ $version -ge $OLDEST_POSTGRES ]]; then
            PG_BIN=$folder
            return 0
        fi
    done < <(
        version=$(cat "$STATE/data/postgres/PG_VERSION" 2>/dev/null) && echo "/usr/lib/postgresql/$version/bin"
        printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin | sort -rV
        # Nobody reads the rest once the first is found.
        dirname -- "$(command -v initdb || echo /none)" 2>/dev/null
    )
    return 1
}

find_redis() {
    local version
    command -v redis-server >/dev/null || return 1
    version=$(redis-server --version | sed -n 's/.*v=\([0-9]*\).*/\1/p')
    [[ $version -ge $OLDEST_REDIS ]]
}

# apt would start the servers that it installs, now and at every boot; we need only the programs.
install_packages() {
    say "Installing ${*} (apt) ..."
    # shellcheck disable=SC2016 # the shell that root runs expands these
    quietly apt as_root sh -c '
        set -e
        no_start=/usr/sbin/policy-rc.d
        no_cluster=/etc/postgresql-common/createcluster.d/aarya.conf
        made=
        trap "rm -f \$made" EXIT
        if [ ! -e $no_start ]; then
            printf "#!/bin/sh\nexit 101\n" >$no_start
            chmod 755 $no_start
            made="$made $no_start"
        fi
        mkdir -p "${no_cluster%/*}"
        echo "create_main_cluster = false" >$no_cluster
        made="$made $no_cluster"
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -q
        apt-get install -y -q --no-install-recommends "$@"
        case " $* " in *" redis-server "*)
            if command -v systemctl >/dev/null; then systemctl disable --quiet redis-server || true; fi ;;
        esac
        for unit in "$@"; do
            case $unit in prometheus*|nginx*)
                if command -v systemctl >/dev/null; then systemctl disable --quiet "${unit%-light}" || true; fi ;;
            esac
        done
    ' sh "$@" </dev/null
}

# Decides how the servers run: SERVERS is local or docker.
choose_servers() {
    local missing=()
    SERVERS=local
    find_postgres || missing+=(postgresql)
    find_redis || missing+=(redis-server)
    [[ ${#missing[@]} -gt 0 ]] || return 0

    if may_install; then
        install_packages "${missing[@]}"
        find_postgres || fail "apt has no PostgreSQL $OLDEST_POSTGRES or newer: install one, or start a Docker engine."
        find_redis ||
            fail "apt has no Redis $OLDEST_REDIS or newer: install one (https://redis.io/docs/install), or start a Docker engine."
    elif docker_answers; then
        SERVERS=docker
    elif command -v apt-get >/dev/null; then
        fail "PostgreSQL or Redis is missing: sudo apt-get install -y ${missing[*]}"
    else
        fail "PostgreSQL $OLDEST_POSTGRES+ (initdb) or Redis $OLDEST_REDIS+ (redis-server) is missing:" \
            "install ${missing[*]}, or start a Docker engine."
    fi
}

# missing_observers: prints the packages of Prometheus that are not installed; each has a program of its name
missing_observers() {
    local package
    for package in prometheus prometheus-alertmanager prometheus-postgres-exporter prometheus-redis-exporter; do
        command -v "$package" >/dev/null || printf '%s\n' "$package"
    done
}

# Debian's package without windows is the smallest; any other Chromium does as well.
find_chromium() {
    local name
    for name in chromium-headless-shell chromium chromium-browser google-chrome; do
        if command -v "$name" >/dev/null; then return 0; fi
    done
    return 1
}

# A backup is encrypted with age.
need_age() {
    command -v age >/dev/null && return 0
    may_install || fail "a backup needs age: sudo apt-get install -y age"
    install_packages age
}

# The specs start their own Redis, mail servers, nginx, Alertmanager, Prometheus, exporters and Chromium, and make backups.
need_spec_tools() {
    local missing=()
    find_redis || missing+=(redis-server)
    command -v aiosmtpd >/dev/null || missing+=(python3-aiosmtpd)
    command -v nginx >/dev/null || [[ -x /usr/sbin/nginx ]] || missing+=(nginx-light)
    find_chromium || missing+=(chromium-headless-shell)
    command -v age >/dev/null || missing+=(age)
    mapfile -t -O "${#missing[@]}" missing < <(missing_observers)
    [[ ${#missing[@]} -gt 0 ]] || return 0
    may_install || fail "the specs need packages that are missing: sudo apt-get install -y ${missing[*]}"
    install_packages "${missing[@]}"
    find_redis || fail "apt has no Redis $OLDEST_REDIS or newer: install one (https://redis.io/docs/install)."
}

# The build needs .NET, and npm for the chart library of the operators' page.
need_build_tools() {
    need_sdk
    command -v npm >/dev/null && return 0
    may_install || fail "the build needs npm: sudo apt-get install -y npm, or install Node.js 18 or newer."
    install_packages npm
}

need_bench_tools() {
    local missing=()
    command -v wrk >/dev/null || missing+=(wrk)
    find_postgres && [[ -x $PG_BIN/pgbench ]] || missing+=(postgresql postgresql-contrib)
    [[ ${#missing[@]} -gt 0 ]] || return 0
    may_install || fail "the bench needs wrk and pgbench: sudo apt-get install -y ${missing[*]}"
    install_packages "${missing[@]}"
    find_postgres
}
