#!/bin/sh
# Makes the files beside it by the command line of Airflow itself: pip install apache-airflow==2.10.5, then
#   AIRFLOW=/path/to/bin/airflow sh make.sh
# Kinds are given as JSON: by --conn-type Airflow writes "generic" where it has no provider for them.
set -eu
cd "$(dirname "$0")"
AIRFLOW_HOME=$(mktemp -d)
export AIRFLOW_HOME AIRFLOW__CORE__LOAD_EXAMPLES=False
airflow() { "${AIRFLOW:-airflow}" "$@" >/dev/null; }
airflow db migrate
airflow connections add aurora_postgres --conn-json '{"conn_type": "postgres", "host": "postgres", "schema": "aurora_life", "login": "aurora", "password": "p@ss:w/rd one", "port": 5432, "description": "Life events"}'
airflow connections add aurora_redis --conn-json '{"conn_type": "redis", "host": "redis", "port": 6379, "password": "s3cret only"}'
airflow connections add events --conn-json '{"conn_type": "kafka", "extra": {"bootstrap.servers": "kafka:9092", "security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN", "sasl.username": "me", "sasl.password": "x&y=z"}}'
airflow connections add lake --conn-uri 'aws://AKIAEXAMPLE:abc%2Fdef%2Bghi%3D@/?region_name=eu-central-1'
airflow connections add api --conn-uri 'http://https%3A%2F%2Fapi.example.org%2Fv1?token=planted-add'
airflow connections add gone --conn-type mysql --conn-host mysql --conn-login root --conn-password planted-input --conn-port 3306 --conn-schema app
airflow connections add google_cloud_default --conn-json '{"conn_type": "google_cloud_platform", "extra": {"project": "life", "num_retries": 5}}'
for format in json yaml env; do airflow connections export "connections.$format"; done
airflow connections export connections_json.env --serialization-format json
airflow variables set training.days 90
airflow variables set alert_to 'ml-team@example.org, ops@example.org'
airflow variables set thresholds '{"energy": 0.4, "mood": [1, 10]}'
airflow variables set note "it's \"quoted\" \$HOME"
airflow variables export variables.json
rm -r "$AIRFLOW_HOME"
