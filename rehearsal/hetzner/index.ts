export { RememberingHost } from "./rememberingHost";
export type { HostedServer, HostedVolume, Rule, ServerHost } from "./serverHost";
export { SimulatedHetzner } from "./simulatedHetzner";
export type { SimulatedHetznerArgs } from "./simulatedHetzner";
export { hetznerDefinition } from "./provider/definition";
