import { createHash } from "node:crypto";
import { ApiError } from "./apiError";
import { Collection, routesOf, thisOf } from "./collection";
import { Field, optional, parse, text, wrong } from "./fields";
import { labels, plainName } from "./names";
import { born, checkUnique, created, NO_CONTENT, Route } from "./simulation";
import { SshKey } from "./state";

const sshKeys: Collection<SshKey> = {
    one: "ssh_key",
    what: "SSH key",
    all: (project) => project.sshKeys,
    view: ({ publicKey, ...rest }) => ({ ...rest, public_key: publicKey }),
};

export const sshKeyRoutes: readonly Route[] = [
    ...routesOf(sshKeys),
    {
        method: "POST",
        path: "/ssh_keys",
        handle: (call) => {
            const input = parse(call.body, {
                name: plainName,
                public_key: publicKey,
                labels: optional(labels),
            });
            const { sshKeys: all } = call.project;
            checkUnique(all, input.name);
            const fingerprint = fingerprintOf(input.public_key);
            if (Object.values(all).some((other) => other.fingerprint === fingerprint)) {
                throw new ApiError("uniqueness_error", "SSH key not unique", {
                    fields: [{ name: "public_key" }],
                });
            }
            const key: SshKey = {
                ...born(call, input.name, input.labels),
                publicKey: input.public_key,
                fingerprint,
            };
            all[key.id] = key;
            return created({ ssh_key: sshKeys.view(key, call.project) });
        },
    },
    {
        method: "DELETE",
        path: "/ssh_keys/:id",
        handle: (call) => {
            const { id } = thisOf(sshKeys, call);
            Reflect.deleteProperty(call.project.sshKeys, id);
            return NO_CONTENT;
        },
    },
];

/** A public key in OpenSSH's format: its type stands in its data, too. */
const publicKey: Field<string> = (value) => {
    const given = text(value).trim();
    const [type = "", data = ""] = given.split(/\s+/);
    const bytes = Buffer.from(data, "base64");
    const length = bytes.length > 4 ? bytes.readUInt32BE(0) : 0;
    if (type === "" || bytes.subarray(4, 4 + length).toString() !== type) {
        throw wrong("must be a public key in OpenSSH's format");
    }
    return given;
};

function fingerprintOf(key: string): string {
    const digest = createHash("md5")
        .update(Buffer.from(key.split(/\s+/)[1] ?? "", "base64"))
        .digest("hex");
    return (digest.match(/../g) ?? []).join(":");
}
