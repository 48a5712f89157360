import { invalid } from "./apiError";
import { Field, optional, parse } from "./fields";
import { labels, plainName, selects } from "./names";
import { Answer, Call, checkUnique, find, ok, Route } from "./simulation";
import { Named, Project } from "./state";

/** A kind of things, as far as all kinds are alike: they are listed, found, renamed and labelled. */
export interface Collection<T extends Named> {
    /** Key of one in an answer: `primary_ip`. Its plural is the path. */
    readonly one: string;
    /** What errors call it. */
    readonly what: string;
    readonly all: (project: Project) => Readonly<Record<string, T>>;
    readonly view: (found: T, project: Project) => object;
    /** @default 1 to 64 characters */
    readonly name?: Field<string>;
    /** Further changes of an update. */
    readonly update?: (found: T, call: Call) => void;
}

export function routesOf<T extends Named>(collection: Collection<T>): Route[] {
    const { one, all, view } = collection;
    const path = `/${one}s`;
    return [
        {
            method: "GET",
            path,
            handle: (call) =>
                listed(
                    call,
                    `${one}s`,
                    Object.values(all(call.project)).filter((each) => isWanted(each, call.query)),
                    (each) => view(each, call.project),
                ),
        },
        {
            method: "GET",
            path: `${path}/:id`,
            handle: (call) => ok({ [one]: view(thisOf(collection, call), call.project) }),
        },
        {
            method: "PUT",
            path: `${path}/:id`,
            handle: (call) => {
                const found = thisOf(collection, call);
                const wanted = parse(call.body, {
                    name: optional(collection.name ?? plainName),
                    labels: optional(labels),
                });
                checkUnique(all(call.project), wanted.name ?? found.name, found);
                collection.update?.(found, call);
                found.name = wanted.name ?? found.name;
                found.labels = wanted.labels ?? found.labels;
                return ok({ [one]: view(found, call.project) });
            },
        },
    ];
}

/** What the path's id stands for. */
export function thisOf<T extends Named>({ all, what }: Collection<T>, { project, param }: Call): T {
    return find(all(project), param("id"), what);
}

function isWanted({ name, labels: found }: Named, query: URLSearchParams): boolean {
    const [wanted, selector] = [query.get("name"), query.get("label_selector")];
    return (wanted === null || name === wanted) && (selector === null || selects(selector, found));
}

const PER_PAGE = 25;
const MAX_PER_PAGE = 50;

/** One page of a list. */
export function listed<T>(
    { query }: Call,
    key: string,
    all: readonly T[],
    view: (each: T) => unknown = (each) => each,
): Answer {
    const [page, perPage] = [
        numberIn(query, "page", 1, Infinity),
        numberIn(query, "per_page", PER_PAGE, MAX_PER_PAGE),
    ];
    const lastPage = Math.max(1, Math.ceil(all.length / perPage));
    const pagination = {
        page,
        per_page: perPage,
        previous_page: page > 1 ? page - 1 : null,
        next_page: page < lastPage ? page + 1 : null,
        last_page: lastPage,
        total_entries: all.length,
    };
    const shown = all.slice((page - 1) * perPage, page * perPage);
    return ok({ [key]: shown.map(view), meta: { pagination } });
}

function numberIn(query: URLSearchParams, name: string, otherwise: number, max: number): number {
    const given = Number(query.get(name) ?? otherwise);
    if (!Number.isInteger(given) || given < 1 || given > max) {
        throw invalid(
            name,
            max === Infinity ? "must be a whole number of 1 or more" : `must be from 1 to ${max}`,
        );
    }
    return given;
}
