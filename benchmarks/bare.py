"""A Flask application that does nothing but answer: what any page on this stack costs at least."""

import os

from flask import Flask, Response

app = Flask(__name__)
HTML = "<p>" + "x" * (int(os.environ["BARE_HTML"]) - 3)
JSON = '"' + "x" * (int(os.environ["BARE_JSON"]) - 2) + '"'


@app.get("/html")
def html() -> str:
    return HTML


@app.get("/json")
def json() -> Response:
    return Response(JSON, mimetype="application/json")
