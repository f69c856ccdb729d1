"""Writes golden.json with the code of Feast itself.

pip install --no-deps feast==0.67.0 'protobuf<7' mmh3; python golden.py > golden.json
"""
import datetime, importlib.util, json, struct, sys, types

import mmh3

# Feast's package imports all of pandas; its protos and its key encoding do not need it.
root = importlib.util.find_spec("feast").submodule_search_locations[0]
for name in ["feast", "feast.infra"]:
    module = types.ModuleType(name)
    module.__path__ = [root + name[len("feast"):].replace(".", "/")]
    sys.modules[name] = module

from feast.infra.key_encoding_utils import serialize_entity_key
from feast.protos.feast.types.EntityKey_pb2 import EntityKey
from feast.protos.feast.types.Value_pb2 import Value
from google.protobuf.timestamp_pb2 import Timestamp


def key(project, **values):
    proto = EntityKey(join_keys=list(values), entity_values=[Value(**v) for v in values.values()])
    return (serialize_entity_key(proto, entity_key_serialization_version=3) + project.encode()).hex()


def value(type, shown, **kwargs):
    return {"type": type, "value": shown, "hex": Value(**kwargs).SerializeToString().hex()}


def time(text):
    t = Timestamp()
    t.FromDatetime(datetime.datetime.fromisoformat(text))
    return {"time": text + "Z", "hex": t.SerializeToString().hex()}


def field(view, feature):
    return {"view": view, "feature": feature,
            "hex": struct.pack("<I", mmh3.hash(f"{view}:{feature}", signed=False)).hex()}


def numbers(type, name, of):
    return [value(type, repr(v) if isinstance(v, float) else str(v), **{name: v}) for v in of]


print(json.dumps({
    "keys": {
        "string": key("aurora", user_id={"string_val": "u0000001"}),
        "utf8": key("p", user_id={"string_val": "ü1"}),
        "int64": key("p", driver={"int64_val": -7}),
        "two": key("p", user_id={"string_val": "a"}, item={"int32_val": 5}),
    },
    "hashes": [[t, mmh3.hash(t, signed=False)] for t in
               ["", "a", "ab", "abc", "abcd", "view:feature", "ünï:ß", "user_sleep:sleep_debt_minutes"]],
    "fields": [field("user_activity", "activity_count_24h"), field("user_social", "friend_count")],
    "values": [
        *numbers("INT64", "int64_val", [0, 1, -1, 300, 2**53 + 1, -(2**63), 2**62]),
        *numbers("INT32", "int32_val", [0, 7, -7, 2**31 - 1, -(2**31)]),
        *numbers("DOUBLE", "double_val", [0.0, 0.1, -1e300, float("inf")]),
        *numbers("FLOAT", "float_val", [0.0, 0.5, -2.25]),
        value("STRING", "", string_val=""), value("STRING", "grüß", string_val="grüß"),
        value("BOOL", "True", bool_val=True), value("BOOL", "False", bool_val=False),
        value("UNIX_TIMESTAMP", "1737936000", unix_timestamp_val=1737936000),
        value("UNIX_TIMESTAMP", "-1", unix_timestamp_val=-1),
        value("INT64_LIST", "[]", int64_list_val={"val": []}),
        value("INT64_LIST", "[1, -2, 300]", int64_list_val={"val": [1, -2, 300]}),
        value("STRING_LIST", '["a", ""]', string_list_val={"val": ["a", ""]}),
        value("DOUBLE_LIST", "[0.5, 1.5]", double_list_val={"val": [0.5, 1.5]}),
        value("BOOL_LIST", "[true, false]", bool_list_val={"val": [True, False]}),
    ],
    "times": [time("2025-01-27T06:00:00"), time("1970-01-01T00:00:00"), time("2024-02-29T23:59:59.123"),
              time("1969-12-31T23:59:59.500")],
}, indent=1, ensure_ascii=False))
