"""Verifies ID tokens by Authlib with a key set that is fetched anew only when its time is over.

A line in: issuer, a space, a token. A line out: "ok", or why not.
"""

import json
import sys
import time
import urllib.request

from authlib.jose import JsonWebKey, JsonWebToken

KEEP_SECONDS = float(sys.argv[1])
kept = {}


def keys_of(issuer):
    keys, fetched = kept.get(issuer, (None, 0))
    if keys is None or time.monotonic() - fetched > KEEP_SECONDS:
        with urllib.request.urlopen(issuer + "/.well-known/jwks") as answer:
            keys = JsonWebKey.import_key_set(json.load(answer))
        kept[issuer] = (keys, time.monotonic())
    return keys


for line in sys.stdin:
    issuer, token = line.split()
    try:
        claims = JsonWebToken(["RS256", "ES256"]).decode(token, keys_of(issuer))
        assert claims["iss"] == issuer
        print("ok", flush=True)
    except Exception as error:
        print(type(error).__name__, error, flush=True)
