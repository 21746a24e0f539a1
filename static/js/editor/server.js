// Questions about the text. An answer is JSON; null says that the server refused or could not be reached.

export class Server {
  constructor({ base, token, version }) {
    Object.assign(this, { base, token, version });
  }

  async ask(name, fields, signal) {
    const body = new URLSearchParams({ version: this.version(), ...fields });
    const headers = { "X-CSRFToken": this.token() };
    try {
      const response = await fetch(`${this.base}${name}/`, { method: "POST", body, headers, signal });
      return response.ok ? await response.json() : null;
    } catch {
      return null;
    }
  }
}
