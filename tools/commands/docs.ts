import fs from "node:fs";
import path from "node:path";
import { parse } from "../arguments";
import { PAGES } from "../docs/page";
import { allPages } from "../docs/pages";
import { SetupError } from "../setup/errors";
import { projectRoot } from "../setup/paths";

const help = `npm run docs: writes docs/components, a page for each component and resource, from the doc comments in the sources.

  -- --check   writes nothing, and fails when a page is not what it would write`;

/** Where the pages lie: checked in, and held against the sources by a test. */
export const pagesFolder = path.join(projectRoot, PAGES);

/** Writes the pages, and removes those that nothing is left to tell of. */
export function run(args: string[]): Promise<number> {
    const { flags } = parse(args, help, { flags: ["--check"] });
    const pages = allPages(projectRoot);
    const stale = stalePages(pages);
    if (flags.has("--check")) {
        if (stale.length > 0) {
            throw new SetupError(
                `Not what the sources say: ${stale.join(", ")} in ${PAGES}.`,
                "Run `npm run docs` and commit what it writes.",
            );
        }
        return Promise.resolve(0);
    }
    fs.mkdirSync(pagesFolder, { recursive: true });
    for (const file of stale) {
        const content = pages.get(file);
        if (content === undefined) {
            fs.rmSync(path.join(pagesFolder, file));
        } else {
            fs.writeFileSync(path.join(pagesFolder, file), content);
        }
    }
    process.stdout.write(`${pages.size} pages in ${PAGES}, ${stale.length} of them changed\n`);
    return Promise.resolve(0);
}

/** Files that differ from what was made, are missing, or have nothing to tell of. */
export function stalePages(pages: ReadonlyMap<string, string>): string[] {
    const there = fs.existsSync(pagesFolder) ? fs.readdirSync(pagesFolder) : [];
    const read = (file: string) =>
        there.includes(file) ? fs.readFileSync(path.join(pagesFolder, file), "utf8") : undefined;
    return [...new Set([...pages.keys(), ...there])].filter((file) => pages.get(file) !== read(file)).sort();
}
