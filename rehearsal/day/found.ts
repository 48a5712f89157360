/** Something that was found to be another than the state said. */
export interface Found {
    /** Of the resource: `docker:index:Container`. */
    readonly type: string;
    readonly name: string;
    /** What of it is another: `memory`. None where the thing itself is gone. */
    readonly properties: readonly string[];
}

/** A line of the engine's, at the end of its look at a resource. */
const LOOK = /^ ([~-]) {2}(\S+) (\S+) (refresh|deleted) \([^)]*\)(?: \[diff: ([^\]]*)\])?/gm;

/** What an update with `--refresh` says it has found, in the words of the engine. */
export function foundBy(output: string): Found[] {
    return [...output.matchAll(LOOK)].flatMap(([, sign, type = "", name = "", , diff = ""]) => {
        const properties = diff.split(/[~+,-]/).filter((each) => each !== "");
        return sign === "-" || properties.length > 0 ? [{ type, name, properties }] : [];
    });
}
