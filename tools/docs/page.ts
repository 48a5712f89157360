import path from "node:path";
import { commentOf } from "./comments";
import { anchorOf, code, kebab, LinkTo, memberTable, methodTable, program } from "./markdown";
import { isInterface, Member, membersOf, Method, methodsOf, Resource } from "./model";
import { Declaration, Sources } from "./sources";
import { valuesOf } from "./types";

/** What a page is made from, beside its resource. */
export interface Context {
    readonly sources: Sources;
    /** Root of the project, for links. */
    readonly root: string;
    /** All resources that have a page. */
    readonly resources: readonly Resource[];
    /** What a system calls to place something. */
    readonly place: readonly Method[];
}

/** A program that shows how a resource is used. */
export interface Example {
    /** Relative to the project's root. */
    readonly file: string;
    readonly text: string;
}

/** Folder of the pages, relative to the project's root. */
export const PAGES = "docs/components";

const ARGUMENTS = "Arguments";
const OUTPUTS = "Outputs";

/** File of a resource's page. */
export function pageFile({ declaration }: Pick<Resource, "declaration">): string {
    return `${kebab(declaration.name)}.md`;
}

/** The page of one resource. */
export function renderPage(context: Context, resource: Resource, example: Example): string {
    const { args, comment, declaration } = resource;
    const source = path.relative(context.root, declaration.file);
    const sourceLink = `[${source}](${path.relative(PAGES, source)})`;
    const link: LinkTo = (each) => linkTo(context, resource, each);
    const types = detailsOf(context, resource).map((each) =>
        section(context.sources, `### ${each.name}`, each, link),
    );
    const parts = [
        `# ${declaration.name}`,
        comment.text,
        comment.change ?? "",
        `Declared in ${sourceLink}. ${origin(context, resource)}`.trim(),
        program(makerOf(context, resource)?.signature ?? resource.signature),
        "## Example",
        program(example.text),
        `The tests compile and run it: [${example.file}](${path.relative(PAGES, example.file)}).`,
        ...(args ? [section(context.sources, `## ${ARGUMENTS}`, args, link)] : []),
        ...outputsOf(resource, link),
        ...(types.length > 0 ? ["## Types", ...types] : []),
    ];
    return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** Who makes one, where it is not the user's own program. */
function origin({ sources, place, resources }: Context, { args, declaration }: Resource): string {
    const takes = (method: Method) => method.takes.some((each) => same(each, args));
    if (place.some(takes)) {
        return "A system's place on a platform makes one:";
    }
    for (const other of resources.filter((each) => each.declaration !== declaration)) {
        const link = `[${other.declaration.name}](${pageFile(other)})`;
        if (other.methods.some(takes)) {
            return `A ${link} makes one:`;
        }
        const field = fieldsOf(sources, other).find(({ type }) =>
            type.named.some((each) => same(each, args)),
        );
        if (field !== undefined) {
            return `A ${link} makes one of what its ${code(field.name)} says:`;
        }
    }
    return "";
}

/** The method that makes one, where there is one. */
function makerOf({ place, resources }: Context, { args }: Resource): Method | undefined {
    return [...place, ...resources.flatMap(({ methods }) => methods)].find(({ takes }) =>
        takes.some((each) => same(each, args)),
    );
}

function fieldsOf(sources: Sources, { args }: Resource): Member[] {
    return args ? membersOf(sources, args) : [];
}

function outputsOf({ outputs, methods }: Resource, link: LinkTo): string[] {
    const tables = [
        ...(outputs.length > 0 ? [memberTable(outputs, link, false)] : []),
        ...(methods.length > 0 ? [methodTable(methods, link)] : []),
    ];
    return tables.length > 0 ? [`## ${OUTPUTS}`, ...tables] : [];
}

/** Types that the page names, one by the other, and that are explained nowhere else. */
function detailsOf(context: Context, resource: Resource): Declaration[] {
    const { sources } = context;
    const { args, outputs, methods } = resource;
    const found: Declaration[] = [];
    const visit = (each: Declaration): void => {
        if (placeOf(context, each) === undefined && !found.some((other) => same(other, each))) {
            found.push(each);
            namedBy(sources, each).forEach(visit);
        }
    };
    [
        ...(args ? namedBy(sources, args) : []),
        ...outputs.flatMap(({ type }) => type.named),
        ...methods.flatMap(({ gives }) => gives),
    ].forEach(visit);
    return found;
}

function namedBy(sources: Sources, each: Declaration): readonly Declaration[] {
    return isInterface(each)
        ? [
              ...membersOf(sources, each).flatMap(({ type }) => type.named),
              ...methodsOf(sources, each).flatMap(({ gives }) => gives),
          ]
        : [];
}

/** Where a type is explained that belongs to a resource: on that one's page. */
function placeOf({ resources }: Context, each: Declaration): { of: Resource; heading?: string } | undefined {
    for (const of of resources) {
        if (same(each, of.declaration)) {
            return { of };
        }
        if (same(each, of.args)) {
            return { of, heading: ARGUMENTS };
        }
        if (of.promises.some((promise) => same(each, promise))) {
            return { of, heading: OUTPUTS };
        }
    }
    return undefined;
}

function linkTo(context: Context, from: Resource, to: Declaration): string {
    const place = placeOf(context, to);
    if (place === undefined) {
        return anchorOf(to.name);
    }
    const file = place.of === from ? "" : pageFile(place.of);
    return file + (place.heading === undefined ? "" : anchorOf(place.heading));
}

function section(sources: Sources, heading: string, each: Declaration, link: LinkTo): string {
    const { text, change } = commentOf(each.node);
    const body = isInterface(each) ? tablesOf(sources, each, link) : [valueList(sources, each)];
    return [heading, text, change ?? "", ...body].filter((part) => part !== "").join("\n\n");
}

function tablesOf(sources: Sources, each: Parameters<typeof membersOf>[1], link: LinkTo): string[] {
    const members = membersOf(sources, each);
    const methods = methodsOf(sources, each);
    return [
        ...(members.length > 0 ? [memberTable(members, link, each.name.endsWith("Args"))] : []),
        ...(methods.length > 0 ? [methodTable(methods, link)] : []),
    ];
}

function valueList(sources: Sources, each: Declaration): string {
    return valuesOf(sources, each)?.map(code).join(", ") ?? program(each.node.getText());
}

function same(each: Declaration, other: Declaration | undefined): boolean {
    return each.node === other?.node;
}
