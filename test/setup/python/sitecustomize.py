"""Python runs this when it starts. It sends what is meant for CXone's hosts to a simulator: scheme and host of a
request change, everything else stays as the client made it."""

import os
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter

HOSTS = ('.nice-incontact.com', '.niceincontact.com')
original = HTTPAdapter.send


def send(self, request, **options):
    parts = urlsplit(request.url)
    if (parts.hostname or '').endswith(HOSTS):
        simulator = urlsplit(os.environ['SIMULATOR'])
        request.url = parts._replace(scheme=simulator.scheme, netloc=simulator.netloc).geturl()
    return original(self, request, **options)


HTTPAdapter.send = send
