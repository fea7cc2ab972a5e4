"""A website on Flask whose users log in by Authlib, as its documentation tells it."""

import os

from authlib.integrations.flask_client import OAuth
from flask import Flask, jsonify, redirect, session

ORIGIN = os.environ["ORIGIN"]

app = Flask(__name__)
app.secret_key = "test only"
broker = OAuth(app).register(
    "edge_eid",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=os.environ["ISSUER"] + "/.well-known/openid-configuration",
    client_kwargs={"scope": "openid", "code_challenge_method": "S256"},
)
# What is too large for Flask's session, which is a cookie.
users = {}


@app.get("/")
def home():
    user = users.get(session.get("sub"))
    return jsonify(user and {"claims": user["claims"], "userinfo": user["userinfo"]})


@app.get("/login")
def login():
    return broker.authorize_redirect(ORIGIN + "/callback", acr_values=os.environ["ACR_VALUES"])


@app.get("/callback")
def callback():
    # Checks state, nonce, the ID token's signature and claims.
    token = broker.authorize_access_token()
    claims = token["userinfo"]
    session["sub"] = claims["sub"]
    users[claims["sub"]] = {
        "claims": claims,
        "userinfo": broker.userinfo(token=token),
        "id_token": token["id_token"],
    }
    return redirect("/")


@app.get("/logout")
def logout():
    user = users.pop(session.pop("sub"))
    return broker.logout_redirect(ORIGIN + "/logged-out", id_token_hint=user["id_token"])


@app.get("/logged-out")
def logged_out():
    broker.validate_logout_response()
    return redirect("/")


app.run("127.0.0.1", int(os.environ["PORT"]))
