// Questions about the text. An answer is JSON, `{error}` if the text cannot be taken; null says that none came.

export class Server {
  constructor({ base, token, version }) {
    Object.assign(this, { base, token, version });
  }

  ask(name, fields, signal) {
    return this.send(`${this.base}${name}/`, { version: this.version(), ...fields }, signal);
  }

  async send(url, fields, signal) {
    const body = new URLSearchParams(fields);
    const headers = { "X-CSRFToken": this.token(), Accept: "application/json" };
    try {
      const response = await fetch(url, { method: "POST", body, headers, signal });
      return response.ok || response.status === 422 ? await response.json() : null;
    } catch {
      return null;
    }
  }
}
