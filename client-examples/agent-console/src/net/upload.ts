// A `fetch` for urql that reports upload progress, which only XMLHttpRequest gives.

export function uploading(onProgress: (share: number) => void): typeof fetch {
  return (input, init) =>
    new Promise<Response>((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open(init?.method ?? "POST", String(input));
      new Headers(init?.headers).forEach((value, name) => request.setRequestHeader(name, value));
      request.upload.onprogress = (event) => {
        if (event.lengthComputable) onProgress(event.loaded / event.total);
      };
      request.onload = () => {
        const type = request.getResponseHeader("Content-Type") ?? "text/plain";
        resolve(new Response(request.responseText, { status: request.status, headers: { "Content-Type": type } }));
      };
      request.onerror = request.ontimeout = () => reject(new TypeError("network"));
      request.onabort = () => reject(new DOMException("aborted", "AbortError"));
      init?.signal?.addEventListener("abort", () => request.abort());
      request.send(init?.body as XMLHttpRequestBodyInit);
    });
}
