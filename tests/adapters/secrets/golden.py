"""What Airflow itself makes of connections: written to golden.json.

python3 -m venv v && v/bin/pip install uv &&
v/bin/uv pip install --python v/bin/python apache-airflow==2.10.5 "sqlalchemy<2" "pendulum<4" \
  "flask-session<0.6" "connexion<3" "werkzeug<3" "marshmallow<4" && v/bin/python golden.py
"""

import json
import os
import tempfile
from pathlib import Path

os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp()
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "false"

from airflow import __version__  # noqa: E402
from airflow.cli.commands.connection_command import _format_connections  # noqa: E402
from airflow.models.connection import Connection  # noqa: E402

FIELDS = [
    dict(conn_type="postgres", host="postgres", schema="aurora_life", login="aurora", password="p@ss:w/rd?#%+ é", port=5432),
    dict(conn_type="redis", host="redis", port=6379, password="s3cret only"),
    dict(conn_type="redis", host="redis", port=6379, extra=json.dumps({"db": 2, "ssl": True})),
    dict(conn_type="kafka", extra=json.dumps({"bootstrap.servers": "b1:9092,b2:9092", "sasl.password": "x&y=z"})),
    dict(conn_type="aws", login="AKIAEXAMPLE", password="abc/def+ghi=", extra=json.dumps({"region_name": "eu-central-1"})),
    dict(conn_type="http", host="https://api.example.org", login="me", password="pw12", port=8443),
    dict(conn_type="http", host="api.example.org", schema="https", extra=json.dumps({"X-Key": "a b"})),
    dict(conn_type="google_cloud_platform", extra=json.dumps({"keyfile_dict": {"private_key": "-----BEGIN\nX"}, "n": None})),
    dict(conn_type="postgres", host="/var/run/Post", schema="a/b", login="u"),
    dict(conn_type="mysql", host="db", port=3306),
    dict(conn_type="generic", port=99),
    dict(conn_type="ftp", password="only"),
    dict(conn_type="smtp", host="mail", port=587, login="a@b.c", password="p:q@r"),
]
URIS = [
    "postgres://aurora:secret@postgres:5432/aurora_life",
    "postgresql://aurora:secret@postgres:5432/aurora_life?sslmode=require",
    "POSTGRES://u@Host.Example/db",
    "redis://:p%40ss@redis:6379",
    "redis://redis:6379/0",
    "aws://AKIA:abc%2Fdef@/?region_name=eu-central-1",
    "http://https://api.example.org",
    "http://me:pw@api.example.org:8080/https?x=1&x=2&empty=",
    "http://https://me:pw@api.example.org:8443/?a=b+c",
    "google-cloud-platform://?__extra__=%7B%22a%22%3A+%7B%22b%22%3A+1%7D%7D",
    "postgres://u:p:q@h/db",
    "postgres://u@v:p@h/db",
    "postgres://%2Fvar%2Frun%2FPost/db",
    "postgres://u@[::1]:5432/db",
    "kafka://b1%3A9092%2Cb2%3A9092",
    "smtp://a%40b.c:p%3Aq@mail:587",
    "generic://",
    "generic://h/a%2Fb/c?k=v%20w",
]


def fields(c):
    return dict(
        conn_type=c.conn_type,
        host=c.host or None,
        port=c.port,
        login=c.login or None,
        password=c.password or None,
        schema=c.schema or None,
        extra=c.extra_dejson,
    )


def main():
    given = [Connection(conn_id=f"c{i}", **f) for i, f in enumerate(FIELDS)]
    golden = {
        "airflow": __version__,
        "printed": [dict(fields=fields(c), uri=c.get_uri(), again=fields(Connection(conn_id="x", uri=c.get_uri()))) for c in given],
        "parsed": [dict(uri=u, fields=fields(Connection(conn_id="x", uri=u))) for u in URIS],
        "exported": {
            "json": _format_connections(given, ".json", "json"),
            "yaml": _format_connections(given, ".yaml", "json"),
            "env_uri": _format_connections(given, ".env", "uri"),
            "env_json": _format_connections(given, ".env", "json"),
        },
    }
    Path(__file__).with_name("golden.json").write_text(json.dumps(golden, indent=2, ensure_ascii=False) + "\n")


main()
