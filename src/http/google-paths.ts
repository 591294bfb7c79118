/** Names under which LiteLLM serves Google's paths, and under which people have them in their settings. */
export const GOOGLE_PREFIXES = ["", "/genai", "/gemini", "/vertex_ai", "/vertex-ai"];

/** Where Vertex AI keeps a publisher's models. Some SDKs append it to a base that has no version. */
export function vertexBases(publisher: "google" | "anthropic"): string[] {
  const resource = `/projects/:project/locations/:location/publishers/${publisher}`;
  return GOOGLE_PREFIXES.flatMap((prefix) =>
    ["/v1", "/v1beta1", ""].map((version) => prefix + version + resource),
  );
}

/**
 * Paths that end in `{model}:{method}`, with the colon as it is or as `%3A`. A model's name may have
 * slashes and colons of its own, so the method is what stands after the last one.
 */
export function methodPaths(bases: readonly string[], methods: readonly string[]): string[] {
  return bases.map((base) => `${base}/models/:call{.+(?::|%3[Aa])(?:${methods.join("|")})}`);
}

export interface ModelMethod {
  model: string;
  method: string;
}

/** Takes the decoded last segment apart. The project and the location in front are the caller's own. */
export function readModelMethod(call: string): ModelMethod {
  const colon = call.lastIndexOf(":");
  return { model: withoutFolder(call.slice(0, colon)), method: call.slice(colon + 1) };
}

/** Google's full names of models begin with the collection they are in. */
export function withoutFolder(name: string): string {
  return name.replace(/^models\//, "");
}
