/** Ids of what is in an app: `audifi-db/vol_4y5x`, so that one is enough for an import. */
export function idOf(app: string, part: string): string {
    return `${app}/${part}`;
}

/** The parts of an id; throws where it has no two. */
export function partsOf(id: string, form: string): { readonly app: string; readonly part: string } {
    const slash = id.indexOf("/");
    if (slash <= 0 || slash === id.length - 1) {
        throw new Error(`"${id}" is no id: it has the form ${form}`);
    }
    return { app: id.slice(0, slash), part: id.slice(slash + 1) };
}
