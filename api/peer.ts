/** The header in which the server itself writes where a request came from; what a client sends in it is dropped. */
export const PEER_HEADER = "x-aurora-peer";

/** The address that a request came from; empty if it came from this process. */
export const peerOf = (request: Request): string => request.headers.get(PEER_HEADER) ?? "";

/** The request with its true sender, made anew since its headers cannot be changed. O(headers). */
export function withPeer(request: Request, address: string): Request {
  const { url, method, body } = request;
  const headers = new Headers(request.headers);
  headers.set(PEER_HEADER, address);
  return new Request(url, { method, headers, body });
}
