"""Signing in with a provider of identities on a real server: settings, processes, sockets (S18)."""

import json
import re

import httpx

from sandbox.oidc import Client, OidcSandbox, Person
from sandbox.serving import serving
from tests.test_cli import run_async, started
from tests.web.oidc_made import leads, queried

ANNA = Person("a-1", "Anna", "anna@example.com")


async def test_s18_from_the_settings_to_the_session(tmp_path):
    """Invited with the command line, let in by the provider; its secret stands in no log."""
    sandbox = OidcSandbox([Client("echolot", "s3cret", ())], [ANNA])
    async with serving(sandbox) as issuer:
        (tmp_path / "e.yaml").write_text(
            "database_url: sqlite:///e.db\n"
            "oidc: {staff: {issuer: " + json.dumps(issuer) + ", client_id: echolot, client_secret: '${OIDC_SECRET}'}}\n"
        )
        environment = {"ECHOLOT_CONFIG": str(tmp_path / "e.yaml"), "OIDC_SECRET": "s3cret"}
        process, url = await started(environment, "serve", "--port", "0")
        try:
            sandbox.world.clients["echolot"] = Client("echolot", "s3cret", (f"{url}/oidc/staff/callback",))
            made = await run_async("user", "add", ANNA.email, "--role", "admin", **environment)
            link = re.search(r"http\S+/welcome/\S+", made.stdout)[0]
            async with httpx.AsyncClient(headers={"accept": "text/html"}) as browser:
                token = re.search(r'name="_csrf" value="(\w+)"', (await browser.get(link)).text)[1]
                fields = {"_csrf": token, "invite": link.rpartition("/")[2]}
                away = leads(await browser.post(f"{url}/oidc/staff/start", data=fields, headers={"origin": url}))
                back = (await browser.get(away, params={"as": "a-1"} | queried(away))).headers["location"]
                assert (await browser.get(back)).headers["location"] == "/"
                assert ANNA.email in (await browser.get(f"{url}/account")).text
                assert f"staff ({issuer})" in (await browser.get(f"{url}/settings")).text
        finally:
            process.terminate()
            said = (await process.communicate())[0].decode()
    assert process.returncode == 0
    assert not [each for each in ("s3cret", "a-1", ANNA.email, *queried(back).values()) if each in said]
