// Questions about the text. An answer is JSON, `{error}` if the text cannot be taken; null says that none came.

export class Server {
  constructor({ base, token, version }) {
    Object.assign(this, { base, token, version });
  }

  async ask(name, fields, signal) {
    const body = new URLSearchParams({ version: this.version(), ...fields });
    const headers = { "X-CSRFToken": this.token() };
    try {
      const response = await fetch(`${this.base}${name}/`, { method: "POST", body, headers, signal });
      return response.ok || response.status === 422 ? await response.json() : null;
    } catch {
      return null;
    }
  }
}
