import { checkNumber } from "../../lib/numbers";
import { prepareHost } from "../engine/hostReadiness";
import { checkTypes } from "../server/inputs";
import { defineKind } from "../server/kind";

interface Inputs {
    readonly server: string;
    readonly userData: string;
    readonly timeoutSeconds: number;
}

/** A host whose first boot is over: see the class of the same name in the SDK. */
export const hostReady = defineKind<Inputs, object>({
    token: "berth:index:HostReady",
    outputs: [],
    replaceOn: ["server", "userData"],

    check(inputs) {
        const problems = checkTypes(inputs, {
            server: "string",
            userData: "string",
            timeoutSeconds: "number",
        });
        if (typeof inputs.timeoutSeconds === "number") {
            problems.push(...checkNumber("timeoutSeconds", inputs.timeoutSeconds, { min: 1, max: 86_400 }));
        }
        return problems;
    },

    async create({ server, timeoutSeconds }, { ssh, signal, status }) {
        await prepareHost({ ssh, signal, status, timeoutSeconds });
        return { id: server, outputs: {} };
    },

    /** Only the patience can have changed: nothing to wait for again. */
    update: () => Promise.resolve({}),
});
