import { checkCidr } from "../../lib/networks";
import { checkNumber } from "../../lib/numbers";
import { bringFirewall } from "../engine/hostFirewall";
import { prepareHost } from "../engine/hostReadiness";
import { checkTypes } from "../server/inputs";
import { defineEngineKind, EngineContext } from "../engine/services";
import { hasUnknown } from "../server/properties";

interface Inputs {
    readonly server: string;
    readonly userData: string;
    readonly sshFrom?: readonly string[];
    readonly timeoutSeconds: number;
}

/** A host whose first boot is over: see the class of the same name in the SDK. */
export const hostReady = defineEngineKind<Inputs, object>({
    token: "berth:index:HostReady",
    outputs: [],
    replaceOn: {
        server: "another server boots anew",
        userData: "a server reads its user data at its first boot",
    },

    check(inputs) {
        const problems = checkTypes(inputs, {
            server: "string",
            userData: "string",
            sshFrom: "list?",
            timeoutSeconds: "number",
        });
        if (typeof inputs.timeoutSeconds === "number") {
            problems.push(...checkNumber("timeoutSeconds", inputs.timeoutSeconds, { min: 1, max: 86_400 }));
        }
        const { sshFrom } = inputs;
        if (Array.isArray(sshFrom) && !hasUnknown(sshFrom)) {
            problems.push(...sshFrom.flatMap((cidr, index) => checkCidr(`sshFrom[${index}]`, String(cidr))));
        }
        return problems;
    },

    async create({ server, sshFrom, timeoutSeconds }, { ssh, signal, status }) {
        await prepareHost({ ssh, signal, status, timeoutSeconds });
        // An update that was cut short before this may have made the server with another list.
        await bringList(sshFrom, ssh, signal);
        return { id: server, outputs: {} };
    },

    /** The host is ready; what it lets in may have changed. */
    async update(_id, { sshFrom }, { ssh, signal, status }) {
        status("bringing the SSH limit's list to the host");
        await bringList(sshFrom, ssh, signal);
        return {};
    },
});

async function bringList(
    sshFrom: Inputs["sshFrom"],
    ssh: EngineContext["ssh"],
    signal: AbortSignal,
): Promise<void> {
    if (sshFrom !== undefined) {
        await bringFirewall(ssh, sshFrom, signal);
    }
}
