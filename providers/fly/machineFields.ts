import { CPU_KINDS } from "../../lib/fly";
import { Field, Fields } from "../schema/fields";

const port = { min: 1, max: 65535 } as const;

const checkFields: Fields = {
    type: { type: "string", description: "What is done.", oneOf: ["http", "tcp"], default: "http" },
    port: {
        type: "integer",
        description: "Port that is asked. A service's check asks the service's own port when it is left out.",
        optional: true,
        ...port,
    },
    method: { type: "string", description: "HTTP method. `GET` when it is left out.", optional: true },
    path: { type: "string", description: "Path of an HTTP check: 2xx passes.", optional: true },
    intervalSeconds: { type: "integer", description: "Seconds between two checks.", default: 15, min: 2 },
    timeoutSeconds: { type: "integer", description: "Seconds that one may take.", default: 5, min: 1 },
    gracePeriodSeconds: {
        type: "integer",
        description: "Seconds after the start in which a failure does not count.",
        default: 5,
        min: 0,
    },
};

const serviceFields: Fields = {
    internalPort: { type: "integer", description: "Port that the program listens on.", ...port },
    protocol: {
        type: "string",
        description: "Protocol of the service.",
        oneOf: ["tcp", "udp"],
        default: "tcp",
    },
    ports: {
        type: {
            list: {
                object: "Port",
                fields: {
                    port: { type: "integer", description: "Public port.", ...port },
                    handlers: {
                        type: { list: "string" },
                        description: "What Fly's proxy does with a connection: `tls`, `http`, `proxy_proto`.",
                        default: [],
                    },
                    forceHttps: {
                        type: "boolean",
                        description: "Whether HTTP is answered with a redirect to HTTPS.",
                        default: false,
                    },
                },
            },
        },
        description: "Ports that Fly's proxy takes connections on.",
        default: [],
    },
    autostop: {
        type: "string",
        description: "What Fly's proxy does with a machine that has nothing to do.",
        oneOf: ["off", "stop", "suspend"],
        default: "off",
    },
    autostart: {
        type: "boolean",
        description: "Whether a request starts a machine that is stopped.",
        default: true,
    },
    minMachinesRunning: {
        type: "integer",
        description: "Machines in the app's first region that autostop leaves running.",
        default: 0,
        min: 0,
    },
    checks: {
        type: { list: { object: "Check", fields: checkFields } },
        description: "A machine whose checks fail gets no requests.",
        default: [],
    },
    concurrency: {
        type: {
            object: "Concurrency",
            fields: {
                type: {
                    type: "string",
                    description: "What is counted.",
                    oneOf: ["connections", "requests"],
                    default: "requests",
                },
                softLimit: {
                    type: "integer",
                    description: "Above so many in flight other machines are preferred.",
                    optional: true,
                    min: 1,
                },
                hardLimit: {
                    type: "integer",
                    description: "A machine never gets more in flight.",
                    optional: true,
                    min: 1,
                },
            },
        },
        description: "How much one machine takes. Fly's own limits when it is left out.",
        optional: true,
    },
};

const guestFields: Fields = {
    cpuKind: {
        type: "string",
        description: "Whether its CPUs are shared with others.",
        oneOf: Object.keys(CPU_KINDS),
        default: "shared",
    },
    cpus: {
        type: "integer",
        description: "CPUs: 1, 2, 4, 6, 8; `performance` up to 16.",
        default: 1,
        min: 1,
    },
    memoryMb: {
        type: "integer",
        description: "Memory in MB: for each CPU 256 to 2048, `performance` 2048 to 8192, in steps of 256.",
        default: 256,
        min: 256,
    },
};

const fields: Fields = {
    image: {
        type: "string",
        description:
            "Reference of the image. Fly pulls public ones, and those of its own registry: `registry.fly.io/my-app:1a2b3c4`.",
    },
    env: { type: { map: "string" }, description: "Environment variables that are no secrets.", default: {} },
    command: {
        type: { list: "string" },
        description: "Command instead of the image's own.",
        optional: true,
    },
    entrypoint: {
        type: { list: "string" },
        description: "Entrypoint instead of the image's own.",
        optional: true,
    },
    guest: {
        type: { object: "Guest", fields: guestFields },
        description: "Size of the machine.",
        default: {},
    },
    services: {
        type: { list: { object: "Service", fields: serviceFields } },
        description: "What Fly's proxy leads to the machine.",
        default: [],
    },
    checks: {
        type: { map: { object: "Check", fields: checkFields } },
        description:
            "Checks by name, for a machine without a service as well. A release waits for them, too.",
        default: {},
    },
    files: {
        type: {
            list: {
                object: "SecretFile",
                fields: {
                    path: { type: "string", description: "Absolute path in the machine." },
                    secret: {
                        type: "string",
                        description: "Name of the app's secret that holds the content, in base64.",
                    },
                },
            },
        },
        description: "Files whose content is a secret.",
        default: [],
    },
    restart: {
        type: {
            object: "Restart",
            fields: {
                policy: {
                    type: "string",
                    description: "When a machine whose program ended starts again.",
                    oneOf: ["no", "on-failure", "always"],
                    default: "on-failure",
                },
                maxRetries: {
                    type: "integer",
                    description: "How often after a failure. Fly's own number when it is left out.",
                    optional: true,
                    min: 1,
                },
            },
        },
        description: "What happens when the program ends.",
        default: {},
    },
    stop: {
        type: {
            object: "Stop",
            fields: {
                signal: {
                    type: "string",
                    description: "Signal that asks the program to end.",
                    oneOf: ["SIGINT", "SIGTERM", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGHUP", "SIGKILL"],
                    default: "SIGTERM",
                },
                timeoutSeconds: {
                    type: "integer",
                    description: "Seconds until it is killed. Fly allows 300.",
                    default: 10,
                    min: 1,
                    max: 300,
                },
            },
        },
        description: "How the machine is stopped.",
        default: {},
    },
    metadata: {
        type: { map: "string" },
        description: "Labels. Those that start with `berth_` and `fly_` are the provider's and Fly's own.",
        default: {},
    },
};

/** The input that says what machines run. */
export const configField: Field = {
    type: { object: "MachineConfig", fields },
    description: "What runs, and how.",
};

/** The input that says which volumes a machine has. */
export const mountsField: Field = {
    type: {
        list: {
            object: "Mount",
            fields: {
                volume: { type: "string", description: "Id of the volume, in the machine's region." },
                path: { type: "string", description: "Absolute path in the machine." },
            },
        },
    },
    description: "Volumes that the machine has.",
    default: [],
};

/** The config with all defaults, as the program of a `config` with nothing but an image has it. */
export const configFields = fields;
