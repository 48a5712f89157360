import { EngineProvider, KeyPair, Ready } from "../../providers/sdk";

// A server's engine, over SSH: the key goes to files in the project's folder, the host's own key is known beforehand.
const client = new KeyPair("client");
const host = new KeyPair("host");

const provider = new EngineProvider("engine", {
    host: "ssh://deploy@server.example.org",
    ssh: { folder: ".state/ssh/prod", privateKey: client.privateKey, hostKey: host.publicKey },
});

new Ready("db-ready", { container: "shop-db", command: ["pg_isready"], timeoutSeconds: 60 }, { provider });
