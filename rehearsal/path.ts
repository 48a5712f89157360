/** What the `:name`s of a pattern stand for in a path, as they stand there; undefined when the path is another. */
export function paramsOf(pattern: string, path: string): Record<string, string> | undefined {
    const [wanted, got] = [pattern.split("/"), path.split("/")];
    const fits =
        wanted.length === got.length && wanted.every((part, at) => part.startsWith(":") || part === got[at]);
    return fits
        ? Object.fromEntries(
              wanted.flatMap((part, at) => (part.startsWith(":") ? [[part.slice(1), got[at] ?? ""]] : [])),
          )
        : undefined;
}
