"""A check of schemathesis: who may ask for what is as the table of permissions says, no more and no less."""

import json
import os

import schemathesis

NEEDS = json.loads(os.environ["FUZZ_NEEDS"])
MAY = set(json.loads(os.environ["FUZZ_MAY"]))
REFUSED = int(os.environ["FUZZ_REFUSED"])
# Told before it is looked at who asks: the body is too large, or is no JSON.
BEFORE = {413, 415}


@schemathesis.check
def permission_table(ctx, response, case):
    status = response.status_code
    method = (response.request.method or case.method).upper()
    if method != case.operation.method.upper():
        # Of a method that there is not, nobody is told more than that.
        assert status >= 400, f"{method} was answered with {status}"
        return
    need = NEEDS[f"{method} {case.operation.path}"]
    if need in MAY:
        assert status not in (401, 403), f"needs {need}, which this role has, and was refused by {status}"
    elif status not in BEFORE:
        assert status == REFUSED, f"needs {need}, which this role has not, and was answered with {status}"
