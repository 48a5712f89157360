import { createHash } from "node:crypto";
import * as docker from "@pulumi/docker";
import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { EngineProvider, HostReady, KeyPair } from "../../providers/sdk";

const client = new KeyPair("client");
const known = new KeyPair("host");
const cloudConfig = pulumi.jsonStringify({
    users: [{ name: "deploy", groups: "docker", ssh_authorized_keys: [client.publicKey] }],
    ssh_keys: { ed25519_private: known.privateKey, ed25519_public: known.publicKey },
    packages: ["docker.io"],
});
const userData = pulumi.interpolate`#cloud-config\n${cloudConfig}`;
const type = { serverType: "cx33", image: "debian-12", location: "nbg1" };
const server = new hcloud.Server("server", { ...type, userData }, { additionalSecretOutputs: ["userData"] });

const host = pulumi.interpolate`ssh://deploy@${server.ipv4Address}`;
const ssh = { folder: ".state/ssh/prod", privateKey: client.privateKey, hostKey: known.publicKey };
const provider = new EngineProvider("engine", { host, ssh });
const hash = userData.apply((text) => createHash("sha256").update(text).digest("hex"));
const ready = new HostReady(
    "ready",
    { server: server.id, userData: hash, timeoutSeconds: 1200 },
    { provider },
);

// Dials an engine that answers: the address is known once the first boot is over.
new docker.Provider("docker", { host: pulumi.all([host, ready.id]).apply(([address]) => address) });
