"""Whether the web process of this container serves: exit code 0 or 1, for the health check of compose.yaml."""

import http.client
import os
import sys
from urllib.parse import urlsplit

# Asked for by its public name: the program answers to no other.
name = urlsplit(os.environ["DELPHI_BASE_URL"]).netloc
connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["DELPHI_BIND"].rpartition(":")[2]), timeout=8)
try:
    connection.request("GET", "/healthz", headers={"Host": name})
    sys.exit(0 if connection.getresponse().status == 200 else 1)
except (OSError, http.client.HTTPException):
    sys.exit(1)
