// Use the types generated from openapi.yaml, and print what was read with them: see `expected_tour` in conftest.py.
// Called with the URL of a server and a key that may write there.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type FactSheet = components["schemas"]["FactSheet"];
type Problem = components["schemas"]["Problem"];

const client = createClient<paths, "application/json" | "application/problem+json">({
  baseUrl: process.argv[2],
  headers: { Authorization: `Bearer ${process.argv[3]}` },
});
const talks = { params: { path: { id: "norway-received-denmark" } } };

async function eventIds(): Promise<string[]> {
  const { data, error } = await client.GET("/v1/events");
  if (error) throw new Error(error.detail);
  return data.items.map((event) => event.id);
}

async function factIds(): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const { data, error } = await client.GET("/v1/facts", { params: { query: { limit: 7, cursor } } });
    if (error) throw new Error(error.detail);
    ids.push(...data.items.map((fact) => fact.id));
    cursor = data.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return ids;
}

async function missingEvent() {
  const { error } = await client.GET("/v1/events/{id}", { params: { path: { id: "no-such-event" } } });
  return told(error);
}

// Store a sheet twice, as one does whose first answer was lost.
async function create(): Promise<string[]> {
  const sheet: FactSheet = {
    article: { id: "talks", publisher: "The Daily Test", text: "Norway received Denmark on Monday." },
    actors: [
      { id: "norway", name: "Norway", kind: "country" },
      { id: "denmark", name: "Denmark", kind: "country" },
    ],
    events: [
      {
        id: "norway-received-denmark",
        title: "Norway received Denmark",
        type: "consult",
        modality: "actual",
        actors: [
          { actor: "norway", role: "host" },
          { actor: "denmark", role: "participant" },
        ],
        evidence: [{ exact: "Norway received Denmark" }],
      },
    ],
  };
  const outcomes: string[] = [];
  for (let n = 0; n < 2; n++) {
    const { data, error } = await client.POST("/v1/fact-sheets", { body: sheet });
    if (error) throw new Error(error.detail);
    outcomes.push(...data.facts.map((fact) => fact.outcome));
  }
  return outcomes;
}

async function readETag(): Promise<string> {
  const { error, response } = await client.GET("/v1/events/{id}", talks);
  if (error) throw new Error(error.detail);
  return response.headers.get("ETag")!;
}

async function correct(etag: string, title: string) {
  return client.PATCH("/v1/events/{id}", {
    params: { ...talks.params, header: { "If-Match": etag, "X-Change-Note": title } },
    headers: { "Content-Type": "application/merge-patch+json" },
    body: { title },
  });
}

function told(problem: Problem | undefined) {
  if (!problem) throw new Error("there was no problem");
  return { status: problem.status, type: problem.type, title: problem.title };
}

// Read the feed from a cursor, or from its beginning, to its end; give what was read and the cursor there.
async function follow(after?: string): Promise<{ changes: string[]; cursor: string }> {
  const changes: string[] = [];
  for (;;) {
    const { data, error } = await client.GET("/v1/changes", { params: { query: { after } } });
    if (error) throw new Error(error.detail);
    changes.push(...data.items.map((each) => `${each.resource} ${each.id} ${each.version} ${each.action}`));
    if (!data.more) return { changes, cursor: data.next_cursor };
    after = data.next_cursor;
  }
}

async function versions() {
  const { data, error } = await client.GET("/v1/events/{id}/versions", talks);
  if (error) throw new Error(error.detail);
  return data.items.map((each) => [each.version, each.action, each.by, each.note]);
}

const read = { events: await eventIds(), facts: await factIds(), missing: await missingEvent() };
const created = await create();
const etag = await readETag();
const corrected = await correct(etag, "Norway received Denmark in Oslo");
const stale = await correct(etag, "Norway received no one");
const { changes, cursor } = await follow();
await correct(await readETag(), "Norway received Denmark");
const later = (await follow(cursor)).changes;

console.log(
  JSON.stringify({
    ...read,
    created,
    corrected: corrected.data?.title,
    stale: told(stale.error),
    changes,
    later,
    versions: await versions(),
  }),
);
