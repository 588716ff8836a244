"use strict";

// The document of the whole API: a list to read in, and examples of bodies for the form above.
let api = { paths: {}, components: { schemas: {}, responses: {} } };

async function loadApi() {
  const answer = await fetch("/_local/openapi.json", { cache: "no-cache" });
  if (answer.ok) api = await answer.json();
}

function resolved(part) {
  return part && part.$ref ? part.$ref.slice(2).split("/").reduce((found, name) => found && found[name], api) : part;
}

function example(schema, depth = 0) {
  const own = resolved(schema) || {};
  if (depth > 6) return null;
  if (own.const !== undefined) return own.const;
  if (own.default !== undefined && own.default !== null) return own.default;
  if (own.enum) return own.enum[0];
  const choice = (own.anyOf || own.oneOf || own.allOf || []).find((each) => each.type !== "null");
  if (choice) return example(choice, depth + 1);
  if (own.type === "object") {
    const wanted = Object.entries(own.properties || {}).filter(([name]) => (own.required || []).includes(name));
    return Object.fromEntries(wanted.map(([name, each]) => [name, example(each, depth + 1)]));
  }
  if (own.type === "array") return own.minItems ? [example(own.items, depth + 1)] : [];
  if (own.type === "boolean") return false;
  if (own.type === "integer" || own.type === "number") return own.minimum || own.exclusiveMinimum || 0;
  if (own.format === "uuid") return "00000000-0000-4000-8000-000000000000";
  return "";
}

function bodySchema(operation) {
  const body = resolved(operation.requestBody);
  const content = body && (body.content["application/json"] || Object.values(body.content)[0]);
  return content && content.schema;
}

function exampleBody(route) {
  const operation = (api.paths[route.path] || {})[route.method.toLowerCase()];
  const schema = operation && bodySchema(operation);
  const body = schema ? example(schema) : {};
  return body && typeof body === "object" ? body : {};
}

function shortly(schema) {
  const own = resolved(schema) || {};
  const choices = own.anyOf || own.oneOf;
  if (choices) return choices.map(shortly).join(" or ");
  if (own.const !== undefined) return JSON.stringify(own.const);
  if (own.enum) return own.enum.join(" | ");
  if (own.type === "array") return `list of ${shortly(own.items)}`;
  const low = own.minimum ?? own.minLength;
  const high = own.maximum ?? own.maxLength;
  const range = low === undefined && high === undefined ? "" : ` ${low ?? ""}…${high ?? ""}`;
  return `${own.format || own.title && own.type === "object" && own.title || own.type || "anything"}${range}`;
}

function fieldRows(schema) {
  const own = resolved(schema) || {};
  const choices = own.oneOf || own.anyOf;
  if (choices) return choices.flatMap((each) => resolved(each)?.properties ? fieldRows(each) : []);
  return Object.entries(own.properties || {}).map(([name, each]) => {
    return [name + ((own.required || []).includes(name) ? "" : " ?"), shortly(each)];
  });
}

function operationView(path, method, operation) {
  const view = make("details");
  const line = make("summary");
  line.append(make("b", method.toUpperCase()), make("code", path), operation.summary);
  view.append(line);
  view.addEventListener("toggle", () => {
    if (!view.open || view.childElementCount > 1) return;
    const list = make("dl");
    const row = (name, text) => list.append(make("dt", name), make("dd", text));
    if (operation.description) row("", operation.description);
    if (operation.security) row("signed in", operation.security.some((each) => !Object.keys(each).length) ? "may be" : "must be");
    for (const each of operation.parameters || []) {
      row(`${each.in} ${each.name}${each.required ? "" : " ?"}`, shortly(each.schema));
    }
    for (const [name, text] of fieldRows(bodySchema(operation))) row(`body ${name}`, text);
    for (const [status, answer] of Object.entries(operation.responses)) {
      const found = resolved(answer);
      const content = found.content && Object.values(found.content)[0];
      const shape = status[0] === "2" && content ? `: ${fieldRows(resolved(content.schema)?.properties?.data || content.schema).map(([name]) => name).join(", ")}` : "";
      row(status, found.description + shape);
    }
    view.append(list);
  });
  return view;
}

function showApi() {
  const words = $("api-filter").value.trim().toLowerCase();
  const views = Object.entries(api.paths).flatMap(([path, operations]) => Object.entries(operations)
    .filter(([method, operation]) => `${method} ${path} ${operation.summary}`.toLowerCase().includes(words))
    .map(([method, operation]) => operationView(path, method, operation)));
  $("api-list").replaceChildren(...(views.length ? views : [make("p", "Nothing of that name.", "empty")]));
}
