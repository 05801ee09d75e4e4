// What our cards are built of.

const SVG = ["svg", "line", "path", "text", "title"];

/** Makes an element; text becomes text, whatever is in it. */
export function make(tag, attributes = {}, ...children) {
  const element = SVG.includes(tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Calls an action of WattWise, and returns its answer. */
export async function callAction(hass, service, data) {
  const answer = await hass.connection.sendMessagePromise({
    type: "call_service",
    domain: "wattwise",
    service,
    service_data: data,
    return_response: true,
  });
  return answer.response;
}
