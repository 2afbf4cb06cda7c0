"""Print the schema of a running server as SDL, by introspection: the same text as schema.graphql."""

import argparse
import json
import os
import urllib.request

from graphql import build_client_schema, get_introspection_query, lexicographic_sort_schema, print_schema


def introspect(url: str, token: str) -> str:
    """The server's schema as SDL, sorted."""
    query = get_introspection_query(specified_by_url=True, directive_is_repeatable=True, input_value_deprecation=True)
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    request = urllib.request.Request(url, json.dumps({"query": query}).encode(), headers)  # noqa: S310 - the person's own url
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
        return print_schema(lexicographic_sort_schema(build_client_schema(json.load(response)["data"])))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:8000/graphql")
    parser.add_argument("--token", default=os.environ.get("SAISINE_TOKEN", ""), help="where it asks for one")
    given = parser.parse_args()
    print(introspect(given.url, given.token))
