/** Requests to hosts that a setting or a form names: judged, so that nobody is led into the network of the server. @module */
export { ask, type Question } from "./ask.ts";
export { judged, PrivateAddress, type PrivateHosts, privateHosts } from "./judged.ts";
export { isPrivateAddress } from "./private_address.ts";
export { socketByName } from "./socket_by_name.ts";
