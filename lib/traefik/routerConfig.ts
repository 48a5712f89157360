import { stringify } from "yaml";
import { API_PORT, CERTIFICATES_FOLDER, ENTRY_PORTS, RESOLVERS, ROUTES_FOLDER } from "./entryPoints";
import { sharedMiddlewares } from "./middlewares";

/** How the router is set up, beside what the apps' files say. */
export interface RouterConfig {
    readonly logLevel: "INFO" | "ERROR";
    /** Certificates, and HTTPS with them. Without it the router speaks plain HTTP. @default none */
    readonly acme?: AcmeConfig;
    /** Network of the tunnel's connectors, as CIDR. @default no entry point for a tunnel */
    readonly tunnelSubnet?: string;
}

/** Where certificates come from. */
export interface AcmeConfig {
    /** Where the certificate authority writes to before a certificate ends. */
    readonly email: string;
    /** Directory URL of the certificate authority. @default Let's Encrypt's */
    readonly server?: string;
    /** Whether wildcards are proven through Cloudflare's DNS. @default false */
    readonly wildcards?: boolean;
}

/** File of what all apps share, in a folder of its own beside the apps' files: Traefik reads these, too. */
export const SHARED_FILE = "shared.yml";
export const SHARED_FOLDER = `${ROUTES_FOLDER}/shared`;

/** File among the router's secrets that holds the token for Cloudflare's DNS. */
export const DNS_TOKEN_FILE = "cloudflare-token";

/** Traefik's static configuration, as command-line flags. */
export function routerFlags({ logLevel, acme, tunnelSubnet }: RouterConfig): string[] {
    return [
        ...entryPointFlags(acme !== undefined, tunnelSubnet),
        `--entryPoints.traefik.address=127.0.0.1:${API_PORT}`,
        // Without this Traefik shows the API to nobody; it listens on its own loopback address only.
        "--api.insecure=true",
        "--api.dashboard=false",
        "--ping=true",
        `--providers.file.directory=${ROUTES_FOLDER}`,
        "--providers.file.watch=true",
        // How long a change may wait for others to come; Traefik's default of 2 s would be part of every release.
        "--providers.providersThrottleDuration=10ms",
        ...(acme ? acmeFlags(acme) : []),
        "--accessLog=true",
        "--accessLog.format=json",
        // Queries hold one-time tokens, magic links among them: a log is no place for these, and Traefik has no path
        // without its query.
        "--accessLog.fields.names.RequestPath=drop",
        "--accessLog.fields.names.RequestLine=drop",
        "--global.checkNewVersion=false",
        "--global.sendAnonymousUsage=false",
        `--log.level=${logLevel}`,
    ];
}

function entryPointFlags(https: boolean, tunnelSubnet: string | undefined): string[] {
    const { web, websecure, tunnel } = ENTRY_PORTS;
    return [
        `--entryPoints.web.address=:${web}`,
        ...(https
            ? [
                  `--entryPoints.websecure.address=:${websecure}`,
                  "--entryPoints.web.http.redirections.entryPoint.to=websecure",
                  "--entryPoints.web.http.redirections.entryPoint.scheme=https",
              ]
            : []),
        ...(tunnelSubnet === undefined
            ? []
            : [
                  `--entryPoints.tunnel.address=:${tunnel}`,
                  // What the connector says of the client is true; what anybody else says is not.
                  `--entryPoints.tunnel.forwardedHeaders.trustedIPs=${tunnelSubnet}`,
              ]),
    ];
}

function acmeFlags({ email, server, wildcards = false }: AcmeConfig): string[] {
    const resolver = (name: string, challenge: string) => {
        const prefix = `--certificatesResolvers.${name}.acme`;
        return [
            `${prefix}.email=${email}`,
            `${prefix}.storage=${CERTIFICATES_FOLDER}/${name}.json`,
            `${prefix}.keyType=EC256`,
            ...(server === undefined ? [] : [`${prefix}.caServer=${server}`]),
            `${prefix}.${challenge}`,
        ];
    };
    return [
        ...resolver(RESOLVERS.http, "httpChallenge.entryPoint=web"),
        ...(wildcards ? resolver(RESOLVERS.dns, "dnsChallenge.provider=cloudflare") : []),
    ];
}

/**
 * The suites of TLS 1.2 that keep a recorded conversation secret when the key is lost later, and that encrypt and
 * authenticate in one; TLS 1.3 has no others. Mozilla's list "intermediate" without its DHE suites, which Go lacks.
 */
const CIPHER_SUITES = [
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
];

/** The file of what all apps share: middlewares, and how TLS is spoken. */
export function renderSharedFile({ acme, tunnelSubnet }: RouterConfig): string {
    return stringify(
        {
            http: { middlewares: sharedMiddlewares(tunnelSubnet) },
            ...(acme && {
                tls: {
                    options: {
                        // A client that names no host, or one that is not served, gets no certificate at all.
                        default: { minVersion: "VersionTLS12", cipherSuites: CIPHER_SUITES, sniStrict: true },
                    },
                },
            }),
        },
        { lineWidth: 0 },
    );
}
