import { checkNumber } from "../../lib/numbers";
import { find } from "../engine/ending";
import { waitUntilReady } from "../engine/readiness";
import { defineEngineKind, EngineContext } from "../engine/services";
import { checkTypes } from "../server/inputs";

interface Inputs {
    readonly container: string;
    readonly url?: string;
    readonly from?: string;
    readonly command?: readonly string[];
    readonly refuseRoot?: boolean;
    readonly settleSeconds?: number;
    readonly timeoutSeconds: number;
}

/** A container that answers: see the class of the same name in the SDK. */
export const ready = defineEngineKind<Inputs, object>({
    token: "berth:index:Ready",
    outputs: [],

    check(inputs) {
        const problems = checkTypes(inputs, {
            container: "string",
            url: "string?",
            from: "string?",
            command: "list?",
            refuseRoot: "boolean?",
            settleSeconds: "number?",
            secrets: "list?",
            timeoutSeconds: "number",
        });
        if (typeof inputs.timeoutSeconds === "number") {
            problems.push(...checkNumber("timeoutSeconds", inputs.timeoutSeconds, { min: 1, max: 86_400 }));
        }
        if (typeof inputs.settleSeconds === "number") {
            problems.push(...checkNumber("settleSeconds", inputs.settleSeconds, { min: 0, max: 86_400 }));
        }
        if (inputs.url !== undefined && inputs.command !== undefined) {
            problems.push({ path: "url", message: "only one of url and command" });
        }
        if ((inputs.url === undefined) !== (inputs.from === undefined)) {
            problems.push({ path: "from", message: "goes with url: the container that asks for it" });
        }
        return problems;
    },

    async create(inputs, context) {
        await wait(inputs, context);
        return { id: inputs.container, outputs: {} };
    },

    async update(_id, inputs, context) {
        await wait(inputs, context);
        return {};
    },

    async read(_id, state, { docker }) {
        return (await find(docker, state.container)) === undefined ? undefined : state;
    },
});

async function wait(inputs: Inputs, { docker, signal, status }: EngineContext): Promise<void> {
    status("waiting until it answers");
    await waitUntilReady(docker, inputs, signal);
}
