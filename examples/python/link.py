"""Makes a link, waits until it has been used, and prints who was linked."""

import os
import time

from novu_py import Novu

# Who is signed in to your app. Take it from your session.
SUBSCRIBER_ID = "subscriber-123"


def main() -> None:
    # Novu's SDK; only the base URL is latch's.
    with Novu(
        secret_key=os.environ["LATCH_API_KEY"],
        server_url=os.environ.get("LATCH_URL", "http://127.0.0.1:4400"),
    ) as novu:
        link = novu.integrations.generate_link_user_o_auth_url(
            generate_link_user_oauth_url_request_dto={
                "subscriber_id": SUBSCRIBER_ID,
                "integration_identifier": "slack",
                "user_scope": ["openid"],
            }
        )
        print(f"Open this link: {link.result.url}", flush=True)

        # A link works for 5 minutes. A web app would read this when the user comes back.
        for _ in range(300):
            endpoints = novu.channel_endpoints.list(
                request={"subscriber_id": SUBSCRIBER_ID, "integration_identifier": "slack"}
            )
            linked = [found for found in endpoints.result.data if found.type == "slack_user"]
            if linked:
                print(f"Linked to the Slack user {linked[0].endpoint.user_id}")
                return
            time.sleep(1)
        print("Nobody used the link.")


if __name__ == "__main__":
    main()
