import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Problem } from "../../lib/problems";
import { AnyKind } from "./kind";
import { changedNames, hasUnknown, Properties, Received, send, UNKNOWN } from "./properties";

/** Answers a check: the inputs as they came, with all that is wrong with them. */
export function checked(news: Received, problems: readonly Problem[]): messages.CheckResponse {
    const response = new messages.CheckResponse();
    response.setInputs(send(news.properties, news.secrets));
    response.setFailuresList(
        problems.map(({ path, message, fix }) => {
            const failure = new messages.CheckFailure();
            failure.setProperty(path);
            failure.setReason(fix === undefined ? message : `${message} (${fix})`);
            return failure;
        }),
    );
    return response;
}

/** Answers a diff: which inputs changed, and which of them need a new resource. */
export function compared(kind: AnyKind, olds: Properties, news: Properties): messages.DiffResponse {
    const response = new messages.DiffResponse();
    const changed = changedNames(olds, news);
    const replaces = changed.filter((name) => kind.update === undefined || kind.replaceOn?.includes(name));
    response.setChanges(
        changed.length > 0
            ? messages.DiffResponse.DiffChanges.DIFF_SOME
            : messages.DiffResponse.DiffChanges.DIFF_NONE,
    );
    response.setDiffsList(changed);
    response.setReplacesList(replaces);
    response.setHasdetaileddiff(true);
    for (const name of changed) {
        const difference = new messages.PropertyDiff();
        difference.setKind(kindOf(name in olds, name in news, replaces.includes(name)));
        difference.setInputdiff(true);
        response.getDetaileddiffMap().set(name, difference);
    }
    return response;
}

/** The state that a preview can promise: outputs follow when the resource is made. */
export function promised(kind: AnyKind, inputs: Properties): Properties {
    return { ...inputs, ...Object.fromEntries(kind.outputs.map((name) => [name, UNKNOWN])) };
}

/** Which properties of a state are secret: those made from secret inputs, and those that always are. */
export function secretNames(kind: AnyKind, inputs: Received): ReadonlySet<string> {
    return new Set([...inputs.secrets, ...(kind.secretOutputs ?? [])]);
}

/** Leaves out the problems of values that are not known yet: the check comes again before the resource is made. */
export function certain(problems: readonly Problem[], inputs: Properties): Problem[] {
    return problems.filter(({ path }) => !hasUnknown(inputs[path.split(/[.[]/, 1)[0] ?? path]));
}

function kindOf(before: boolean, after: boolean, replace: boolean): messages.PropertyDiff.Kind {
    const { Kind } = messages.PropertyDiff;
    if (!before) {
        return replace ? Kind.ADD_REPLACE : Kind.ADD;
    }
    if (!after) {
        return replace ? Kind.DELETE_REPLACE : Kind.DELETE;
    }
    return replace ? Kind.UPDATE_REPLACE : Kind.UPDATE;
}
