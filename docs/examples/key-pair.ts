import * as hcloud from "@pulumi/hcloud";
import { KeyPair } from "../../providers/sdk";

// Made once, kept in the stack's state, never made anew by an update.
const key = new KeyPair("deploy-key", { protect: true });

new hcloud.SshKey("deploy", { name: "deploy", publicKey: key.publicKey });

/** Secret: shown by `pulumi stack output --show-secrets` only. */
export const privateKey = key.privateKey;
