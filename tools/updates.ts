import { pulumiJson } from "./pulumi";
import { Environment } from "./setup";

/** An update of a stack, as its history tells of it: what was run, with which configuration, and how it ended. */
export interface Update {
    /** `update`, `preview`, `refresh`, `destroy`, … */
    readonly kind: string;
    /** `succeeded`, `failed`; `in-progress` where somebody's runs. A run that was killed has no entry in most backends. */
    readonly result?: string;
    readonly startTime: string;
    /** `pulumi.flag.<name>` stands there for each option of the command that was given, without its value. */
    readonly environment?: Readonly<Record<string, string>>;
    /** By full key, defaults included. One encrypted value in a map, and the whole map's are not shown. */
    readonly config: Readonly<
        Record<string, { readonly value?: string; readonly objectValue?: unknown; readonly secret: boolean }>
    >;
}

const PAGE = 100;

/** All updates of a stack, oldest first. Secrets stay hidden: nothing here asks for them. */
export async function readUpdates(environment: Environment, stack: string): Promise<Update[]> {
    const newestFirst = await allPages((page) => readPage(environment, stack, { page, size: PAGE }));
    return newestFirst.reverse();
}

/** The last update that a stack has had; undefined where there was none. */
export async function newestUpdate(environment: Environment, stack: string): Promise<Update | undefined> {
    const [newest] = await readPage(environment, stack, { page: 1, size: 1 });
    return newest;
}

/** Reads on to the first empty page: a backend may give fewer entries a page than it was asked for. */
export async function allPages<T>(read: (page: number) => Promise<T[]>): Promise<T[]> {
    const all: T[] = [];
    for (let page = 1; ; page += 1) {
        const entries = await read(page);
        if (entries.length === 0) {
            return all;
        }
        all.push(...entries);
    }
}

async function readPage(
    environment: Environment,
    stack: string,
    { page, size }: { page: number; size: number },
): Promise<Update[]> {
    const paging = ["--page", String(page), "--page-size", String(size)];
    const history = ["stack", "history", "--json", "--stack", stack, ...paging];
    return (await pulumiJson(environment, history)) as Update[];
}
