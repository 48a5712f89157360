import fs from "node:fs";
import path from "node:path";
import { SetupError } from "../setup/errors";
import { kebab, table } from "./markdown";
import { isInterface, methodsOf, Resource, resourcesOf } from "./model";
import { Context, pageFile, renderPage } from "./page";
import { Sources } from "./sources";

/** Folders whose resources have pages, in the order of the index. A further one is a line here. */
const FOLDERS: Readonly<Record<string, string>> = {
    "components/docker": "On a Docker engine",
    "components/fly": "On Fly",
    "components/hetzner": "At Hetzner Cloud",
    "components/cloudflare": "At Cloudflare",
    "providers/sdk": "Resources of the provider `berth`",
};

const INTRODUCTION = `# Components

Made by \`npm run docs\` from the doc comments in the sources; do not edit these pages. A system is written against [components/platform.ts](../../components/platform.ts) and knows nothing of what stands behind it. Resources on Fly are on a page of their own: [the provider \`fly\`](../providers/fly.md).`;

/** Every page by its file's name: one for each exported resource, and the index. */
export function allPages(root: string): Map<string, string> {
    const sources = new Sources();
    const found = Object.keys(FOLDERS).map((folder) => ({
        folder,
        resources: filesIn(path.join(root, folder)).flatMap((file) => resourcesOf(sources, file)),
    }));
    const resources = found.flatMap((each) => each.resources);
    const place = sources.find(path.join(root, "components/platform.ts"), "Place");
    const context: Context = {
        sources,
        root,
        resources,
        place: place && isInterface(place) ? methodsOf(sources, place) : [],
    };
    const examples = requireExamples(root, resources);
    const index = found.map(({ folder, resources: own }) =>
        [`## ${FOLDERS[folder] ?? folder}`, indexTable(own)].join("\n\n"),
    );
    return new Map([
        ["README.md", `${[INTRODUCTION, ...index].join("\n\n")}\n`],
        ...resources.map((each) => {
            const example = { file: exampleFile(each), text: examples.get(each) ?? "" };
            return [pageFile(each), renderPage(context, each, example)] as const;
        }),
    ]);
}

/** The program that shows how a resource is used. */
export function exampleFile({ declaration }: Pick<Resource, "declaration">): string {
    return `docs/examples/${kebab(declaration.name)}.ts`;
}

/** Every resource has an example: all that are missing are named at once. */
function requireExamples(root: string, resources: readonly Resource[]): Map<Resource, string> {
    const missing = resources.map(exampleFile).filter((file) => !fs.existsSync(path.join(root, file)));
    if (missing.length > 0) {
        throw new SetupError(
            `Without an example: ${missing.join(", ")}.`,
            "Write a short program for each; it becomes a part of the page.",
        );
    }
    return new Map(
        resources.map((each) => [each, fs.readFileSync(path.join(root, exampleFile(each)), "utf8")]),
    );
}

function indexTable(resources: readonly Resource[]): string {
    return table(
        ["", ""],
        resources.map((each) => [
            `[${each.declaration.name}](${pageFile(each)})`,
            each.comment.text.split(/(?<=\.) (?=[A-Z])|\n/)[0] ?? "",
        ]),
    );
}

function filesIn(folder: string): string[] {
    return fs
        .readdirSync(folder)
        .filter((file) => file.endsWith(".ts"))
        .sort()
        .map((file) => path.join(folder, file));
}
