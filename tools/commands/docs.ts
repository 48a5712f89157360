import fs from "node:fs";
import path from "node:path";
import { parse } from "../arguments";
import { PAGES } from "../docs/page";
import { allPages } from "../docs/pages";
import { PROVIDER_PAGES } from "../docs/providerPage";
import { providerPages } from "../docs/providers";
import { SetupError } from "../setup/errors";
import { projectRoot } from "../setup/paths";

const help = `npm run docs: writes docs/components, a page for each component and resource, from the doc comments in the sources, and docs/providers, a page for each provider, from its schema.

  -- --check   writes nothing, and fails when a page is not what it would write`;

/** A folder of pages, relative to the project's root: checked in, and held against the sources by a test. */
export interface Generated {
    readonly folder: string;
    /** By the file's name. */
    readonly pages: ReadonlyMap<string, string>;
}

/** All pages that are made. */
export function generated(): Generated[] {
    return [
        { folder: PAGES, pages: allPages(projectRoot) },
        { folder: PROVIDER_PAGES, pages: providerPages(projectRoot) },
    ];
}

/** Writes the pages, and removes those that nothing is left to tell of. */
export function run(args: string[]): Promise<number> {
    const { flags } = parse(args, help, { flags: ["--check"] });
    const all = generated();
    if (flags.has("--check")) {
        check(all);
    } else {
        all.forEach(write);
    }
    return Promise.resolve(0);
}

function check(all: readonly Generated[]): void {
    const stale = all.flatMap((each) => stalePages(each).map((file) => path.join(each.folder, file)));
    if (stale.length > 0) {
        throw new SetupError(
            `Not what the sources say: ${stale.join(", ")}.`,
            "Run `npm run docs` and commit what it writes.",
        );
    }
}

function write(each: Generated): void {
    const { folder, pages } = each;
    const stale = stalePages(each);
    fs.mkdirSync(path.join(projectRoot, folder), { recursive: true });
    for (const file of stale) {
        const target = path.join(projectRoot, folder, file);
        const content = pages.get(file);
        if (content === undefined) {
            fs.rmSync(target);
        } else {
            fs.writeFileSync(target, content);
        }
    }
    process.stdout.write(
        `${pages.size} ${pages.size === 1 ? "page" : "pages"} in ${folder}, ${stale.length} changed\n`,
    );
}

/** Files that differ from what was made, are missing, or have nothing to tell of. */
export function stalePages({ folder, pages }: Generated): string[] {
    const absolute = path.resolve(projectRoot, folder);
    const there = fs.existsSync(absolute) ? fs.readdirSync(absolute) : [];
    const read = (file: string) =>
        there.includes(file) ? fs.readFileSync(path.join(absolute, file), "utf8") : undefined;
    return [...new Set([...pages.keys(), ...there])].filter((file) => pages.get(file) !== read(file)).sort();
}
