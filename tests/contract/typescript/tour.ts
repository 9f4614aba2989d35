// Use the types generated from openapi.yaml, and print what was read with them: see `expected_tour` in conftest.py.
import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

const client = createClient<paths>({ baseUrl: process.argv[2] });

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

async function missingEvent(): Promise<{ status: number; type: string; title: string }> {
  const { error } = await client.GET("/v1/events/{id}", { params: { path: { id: "no-such-event" } } });
  if (!error) throw new Error("an event that is not there was found");
  return { status: error.status, type: error.type, title: error.title };
}

console.log(
  JSON.stringify({ events: await eventIds(), facts: await factIds(), missing: await missingEvent() }),
);
