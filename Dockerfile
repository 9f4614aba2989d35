# The API on port 8000, with its SQLite file in the volume /data.
FROM python:3.11-slim

WORKDIR /src
# The locked requirements are a layer of their own: a change to the code does not install them again.
COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY schemas schemas
COPY seeds seeds
COPY api api
RUN pip install --no-cache-dir --no-deps --no-build-isolation .

RUN useradd --create-home --uid 10001 newsfacts && install --directory --owner=newsfacts /data
USER newsfacts
WORKDIR /data
VOLUME /data

ENV NEWSFACTS_DATABASE_URL=sqlite:////data/newsfacts.db \
    NEWSFACTS_HOST=0.0.0.0 \
    NEWSFACTS_PORT=8000
EXPOSE 8000
# Whether the process answers; /readyz also tells whether the database does.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["newsfacts", "serve"]
