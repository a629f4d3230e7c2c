# shellcheck shell=bash
# Prometheus and Alertmanager beside the shop, with the project's rules; and the exporters of PostgreSQL and Redis, whose alerts need them.

readonly OBSERVERS=(prometheus alertmanager postgres-exporter redis-exporter)

need_observers() {
    local missing
    mapfile -t missing < <(missing_observers)
    [[ ${#missing[@]} -gt 0 ]] || return 0
    may_install || fail "--observe needs packages that are missing: sudo apt-get install -y ${missing[*]}"
    install_packages "${missing[@]}"
}

# start_observers <all|split>
start_observers() {
    local folder=$STATE/observe exporter role ports=()
    mkdir -p "$folder/targets"
    for role in $(roles_of "$1"); do ports+=("$(metrics_port "$role")"); done
    targets aarya "${ports[@]}"
    read -r postgres redis < <(free_ports 2)
    exporter=$(exporter_port postgres-exporter "$postgres")
    if ! running postgres-exporter; then
        launch postgres-exporter "$exporter" env DATA_SOURCE_NAME="$(exporter_database)" \
            prometheus-postgres-exporter --web.listen-address="127.0.0.1:$exporter"
    fi
    targets postgres "$exporter"
    exporter=$(exporter_port redis-exporter "$redis")
    if ! running redis-exporter; then
        launch redis-exporter "$exporter" env REDIS_ADDR="redis://127.0.0.1:$REDIS_PORT" REDIS_PASSWORD="$REDIS_PASSWORD" \
            prometheus-redis-exporter -web.listen-address "127.0.0.1:$exporter"
    fi
    targets redis "$exporter"
    if ! running alertmanager; then
        launch alertmanager "$ALERTMANAGER_PORT" prometheus-alertmanager --config.file="$ROOT/deploy/alertmanager/alertmanager.yml" \
            --web.listen-address="127.0.0.1:$ALERTMANAGER_PORT" --storage.path="$folder/alertmanager" --cluster.listen-address=
    fi
    if ! running prometheus; then
        observed_config >"$folder/prometheus.yml"
        launch prometheus "$PROMETHEUS_PORT" prometheus --config.file="$folder/prometheus.yml" \
            --web.listen-address="127.0.0.1:$PROMETHEUS_PORT" --storage.tsdb.path="$folder/prometheus" --storage.tsdb.retention.time=30d \
            --enable-feature=exemplar-storage --log.level=warn
    fi
    await_start alertmanager port_answers "$ALERTMANAGER_PORT"
    await_start prometheus port_answers "$PROMETHEUS_PORT"
    did="Prometheus and Alertmanager run"
}

# targets <job> <port>...: what Prometheus reads for the job
targets() {
    local job=$1 port list=()
    shift
    for port in "$@"; do list+=("\"127.0.0.1:$port\""); done
    printf '[{"targets": [%s]}]\n' "$(IFS=,; printf '%s' "${list[*]}")" >"$STATE/observe/targets/$job.json"
}

# The project's configuration, with the paths and the port of this clone.
observed_config() {
    sed -e "s#rules/\*\.yml#$ROOT/deploy/prometheus/rules/*.yml#" -e "s#127.0.0.1:9093#127.0.0.1:$ALERTMANAGER_PORT#" \
        "$ROOT/deploy/prometheus/prometheus.yml"
}

# exporter_port <name> <port>: the port of one that runs, else the given one
exporter_port() { if running "$1"; then printf '%s' "$RUNNING_PORT"; else printf '%s' "$2"; fi; }

# alerts_page <port>: prints the address of Prometheus's page of alerts; Debian's package has only the classic pages
alerts_page() {
    local path=/alerts
    if [[ $(http_status "$1" "$path") != 200 ]]; then path=/classic/alerts; fi
    printf 'http://127.0.0.1:%s%s' "$1" "$path"
}

exporter_database() { printf 'postgresql://aarya:%s@127.0.0.1:%s/aarya?sslmode=disable' "$PG_PASSWORD" "$PG_PORT"; }

stop_observers() {
    local name stopped=0
    for name in "${OBSERVERS[@]}"; do
        if running "$name"; then
            stop_process "$name" TERM 10
            stopped=$((stopped + 1))
        fi
    done
    if ((stopped > 0)); then say "  observe    $stopped processes stopped"; fi
}
