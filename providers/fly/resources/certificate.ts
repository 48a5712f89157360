import { checkHost } from "../../../lib/routes";
import { ResourceSchema } from "../../schema/fields";
import { WireCertificate } from "../client/types";
import { appField } from "../fields";
import { idOf, partsOf } from "../ids";
import { makeOnce } from "../once";
import { defineFlyKind } from "../services";

interface Inputs {
    readonly app: string;
    readonly hostname: string;
}

interface Outputs {
    readonly status: string;
    readonly dnsTarget: string;
    readonly challengeName: string;
    readonly challengeTarget: string;
}

export const certificateSchema: ResourceSchema = {
    token: "fly:index:Certificate",
    description:
        "A host name of one's own for an app, with a certificate of Let's Encrypt, which Fly gets and renews as soon as the name leads to the app.",
    importId: "my-app/api.example.com",
    inputs: {
        app: appField,
        hostname: {
            type: "string",
            description: "The host name, or a wildcard `*.example.com`.",
            replaces: "a certificate is for one name",
        },
    },
    outputs: {
        status: {
            type: "string",
            description: "What Fly says of it at the last look: `active` when it is there.",
        },
        dnsTarget: { type: "string", description: "What a CNAME record of the name leads to." },
        challengeName: {
            type: "string",
            description: "Record that proves the name before it leads to the app.",
        },
        challengeTarget: { type: "string", description: "What that record, a CNAME, leads to." },
    },
};

/** A certificate for a host name: see its schema. */
export const certificate = defineFlyKind<Inputs, Outputs>(certificateSchema, {
    deleteBeforeReplace: true,
    check: ({ hostname }) => checkHost("hostname", hostname.replace(/^\*\./, "")),

    async create({ app, hostname }, { fly, signal }) {
        const made = await makeOnce(
            () => fly.getCertificate(app, hostname, signal),
            () => fly.requestCertificate(app, hostname, signal),
        );
        return { id: idOf(app, hostname), outputs: outputsOf(app, made) };
    },

    async read(id, state, { fly, signal }) {
        const { app, part } = partsOf(id, certificateSchema.importId);
        const found = (await fly.listCertificates(app, signal)).find(({ hostname }) => hostname === part);
        return found && { ...state, status: found.status ?? state.status };
    },

    async import(id, { fly, signal }) {
        const { app, part } = partsOf(id, certificateSchema.importId);
        const found = await fly.getCertificate(app, part, signal);
        return found && { app, hostname: part, ...outputsOf(app, found) };
    },

    async delete(id, _state, { fly, signal }) {
        const { app, part } = partsOf(id, certificateSchema.importId);
        await fly.deleteCertificate(app, part, signal);
    },
});

function outputsOf(app: string, { status, dns_requirements: dns = {} }: WireCertificate): Outputs {
    return {
        status: status ?? "unknown",
        dnsTarget: dns.cname ?? `${app}.fly.dev`,
        challengeName: dns.acme_challenge?.name ?? "",
        challengeTarget: dns.acme_challenge?.target ?? "",
    };
}
