"""A blocking client of the API, for tests without an event loop that need the actions of other people."""

from typing import Any

import httpx

from tests.support.server import INPUTS, RESULT, WAIT, Server


class Api:
    """A client with one login."""

    def __init__(self, server: Server, login: str) -> None:
        self.http = httpx.Client(
            base_url=server.url, headers={"Authorization": f"Bearer {server.token(login)}"}, timeout=WAIT
        )

    def __enter__(self) -> "Api":
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def run(self, query: str, **variables: Any) -> Any:
        body = self.http.post("/graphql", json={"query": query, "variables": variables}).json()
        assert "errors" not in body, body
        return body["data"]

    def act(self, mutation: str, **given: Any) -> Any:
        query = f"mutation Act($input: {INPUTS[mutation]}!) {{ result: {mutation}(input: $input) {{ {RESULT} }} }}"
        result = self.run(query, input=given)["result"]
        assert result["__typename"] == "ActionDone", result
        return result["ticket"]


def submitted(
    server: Server,
    short_description: str = "Où en est ma facture ?",
    login: str = "requester",
    inputs: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """A new ticket for the demo's town; its input is appended to `inputs`."""
    with Api(server, login) as requester:
        known = requester.run("""{
          viewer { entitlements { structure { id } } }
          categories { id code subcategories { id code } }
          structures(search: "Saint-Aurèle") { id }
        }""")
        category = next(one for one in known["categories"] if one["code"] == "INVOICES")
        subcategory = next(one for one in category["subcategories"] if one["code"] == "INVOICES_STATUS")
        given = {
            "categoryId": category["id"], "subcategoryId": subcategory["id"], "objectType": "INVOICE",
            "shortDescription": short_description, "description": "Déposée le 3, sans nouvelle depuis.",
            "recipientStructureId": known["structures"][0]["id"],
            "issuerStructureId": known["viewer"]["entitlements"][0]["structure"]["id"],
        }  # fmt: skip
        if inputs is not None:
            inputs.append(given)
        return dict(requester.act("submitTicket", **given))
