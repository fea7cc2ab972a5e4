"""A website on Flask whose users log in by idpyoidc's RPHandler, as its documentation tells it."""

import os

from cryptojwt import KeyJar
from flask import Flask, jsonify, redirect, request, session
from idpyoidc.client.rp_handler import RPHandler

ISSUER = os.environ["ISSUER"]
ORIGIN = os.environ["ORIGIN"]

handler = RPHandler(
    base_url=ORIGIN,
    # It has a secret and needs no keys; unless told so, it makes some and writes them to files.
    keyjar=KeyJar(),
    client_configs={
        ISSUER: {
            "client_type": "oidc",
            "issuer": ISSUER,
            "client_id": os.environ["CLIENT_ID"],
            "client_secret": os.environ["CLIENT_SECRET"],
            "redirect_uris": [ORIGIN + "/callback"],
            "post_logout_redirect_uris": [ORIGIN + "/logged-out"],
            "response_types_supported": ["code"],
            "scopes_supported": ["openid"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "services": {
                "discovery": {
                    "class": "idpyoidc.client.oidc.provider_info_discovery.ProviderInfoDiscovery"
                },
                "authorization": {"class": "idpyoidc.client.oidc.authorization.Authorization"},
                "accesstoken": {"class": "idpyoidc.client.oidc.access_token.AccessToken"},
                "userinfo": {"class": "idpyoidc.client.oidc.userinfo.UserInfo"},
                "end_session": {"class": "idpyoidc.client.oidc.end_session.EndSession"},
            },
            "add_ons": {
                "pkce": {
                    "function": "idpyoidc.client.oauth2.add_on.pkce.add_support",
                    "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"},
                }
            },
        }
    },
)

app = Flask(__name__)
app.secret_key = "test only"
users = {}


@app.get("/")
def home():
    return jsonify(users.get(session.get("state")))


@app.get("/login")
def login():
    return redirect(handler.begin(ISSUER, req_args={"acr_values": [os.environ["ACR_VALUES"]]}))


@app.get("/callback")
def callback():
    # Checks state, iss, nonce, the ID token's signature and claims, and that userinfo has its sub.
    result = handler.finalize(ISSUER, request.args.to_dict())
    if "error" in result:
        return str(result["error"]), 400
    session["state"] = result["state"]
    users[result["state"]] = {
        "claims": result["id_token"].to_dict(),
        "userinfo": result["userinfo"].to_dict(),
    }
    return redirect("/")


@app.get("/logout")
def logout():
    state = session.pop("state")
    del users[state]
    return redirect(handler.logout(state)["url"])


@app.get("/logged-out")
def logged_out():
    return redirect("/")


app.run("127.0.0.1", int(os.environ["PORT"]))
