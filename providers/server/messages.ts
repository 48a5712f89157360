import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Problem } from "../../lib/problems";
import { AnyKind } from "./kind";
import { maskFor } from "./mask";
import {
    changedNames,
    hasUnknown,
    Properties,
    Received,
    rootOf,
    secretTexts,
    send,
    UNKNOWN,
} from "./properties";

/** Answers a check: the inputs with their defaults, and all that is wrong with them. */
export function checked(
    news: Received,
    properties: Properties,
    problems: readonly Problem[],
): messages.CheckResponse {
    const response = new messages.CheckResponse();
    response.setInputs(send(properties, news));
    response.setFailuresList(failuresOf(problems, news));
    return response;
}

/** Problems as the protocol tells them, without what is secret in what was received. */
export function failuresOf(problems: readonly Problem[], received: Received): messages.CheckFailure[] {
    const mask = maskFor(secretTexts(received));
    return problems.map(({ path, message, fix }) => {
        const failure = new messages.CheckFailure();
        failure.setProperty(path);
        failure.setReason(mask(fix === undefined ? message : `${message} (${fix})`));
        return failure;
    });
}

/** What differs between two sets of inputs. */
export interface Difference {
    /** Paths of all that differs, down to the fields of objects. */
    readonly changed: ReadonlyMap<string, Change>;
    /** Names of the inputs that need a new resource. */
    readonly replaces: readonly string[];
}

export type Change = "add" | "delete" | "update";

/** Compares by value. Of a kind without an update every change needs a new resource. */
export function differenceOf(kind: AnyKind<never>, olds: Properties, news: Properties): Difference {
    const replaces = changedNames(olds, news).filter(
        (name) => kind.update === undefined || kind.replaceOn?.[name] !== undefined,
    );
    return { changed: new Map(changedPaths("", olds, news)), replaces };
}

/** Answers a diff: which inputs changed, and which of them need a new resource. */
export function compared(kind: AnyKind<never>, { changed, replaces }: Difference): messages.DiffResponse {
    const { DiffChanges } = messages.DiffResponse;
    const response = new messages.DiffResponse();
    response.setChanges(changed.size > 0 ? DiffChanges.DIFF_SOME : DiffChanges.DIFF_NONE);
    response.setDiffsList([...new Set([...changed.keys()].map(rootOf))]);
    response.setReplacesList([...replaces]);
    response.setDeletebeforereplace(replaces.length > 0 && kind.deleteBeforeReplace === true);
    response.setHasdetaileddiff(true);
    for (const [path, change] of changed) {
        const difference = new messages.PropertyDiff();
        difference.setKind(KINDS[change][replaces.includes(rootOf(path)) ? 1 : 0]);
        difference.setInputdiff(true);
        response.getDetaileddiffMap().set(path, difference);
    }
    return response;
}

/** The state that a preview can promise: outputs follow when the resource is made. */
export function promised(kind: AnyKind<never>, inputs: Properties): Properties {
    const outputs = kind.outputs.filter((name) => !kind.remembered?.includes(name));
    return { ...inputs, ...Object.fromEntries(outputs.map((name) => [name, UNKNOWN])) };
}

/** Leaves out the problems of values that are not known yet: the check comes again before the resource is made. */
export function certain(problems: readonly Problem[], inputs: Properties): Problem[] {
    return problems.filter(({ path }) => !hasUnknown(inputs[rootOf(path)]));
}

/** How the protocol calls a change: of a resource that stays, and of one that is replaced. */
const { Kind } = messages.PropertyDiff;
const KINDS = {
    add: [Kind.ADD, Kind.ADD_REPLACE],
    delete: [Kind.DELETE, Kind.DELETE_REPLACE],
    update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
} as const;

function changedPaths(prefix: string, olds: Properties, news: Properties): [string, Change][] {
    return changedNames(olds, news).flatMap((name): [string, Change][] => {
        const path = pathTo(prefix, name);
        const [before, after] = [olds[name], news[name]];
        if (isMap(before) && isMap(after)) {
            return changedPaths(path, before, after);
        }
        return [[path, before === undefined ? "add" : after === undefined ? "delete" : "update"]];
    });
}

/** A property's path in Pulumi's notation, which quotes what is no plain name. */
function pathTo(prefix: string, name: string): string {
    if (prefix === "") {
        return name;
    }
    return /^\w+$/.test(name) ? `${prefix}.${name}` : `${prefix}[${JSON.stringify(name)}]`;
}

function isMap(value: unknown): value is Properties {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
