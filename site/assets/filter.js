// Shows only the elements of one kind, e.g. the labels of forms.

/** Makes `select` choose among the elements that `data-filters` names, by their `data-kind`. */
export function start(select) {
  const elements = document.querySelectorAll(select.dataset.filters);
  select.addEventListener("change", () => {
    for (const element of elements) {
      element.hidden = select.value !== "" && element.dataset.kind !== select.value;
    }
  });
  select.closest("[hidden]")?.removeAttribute("hidden");
}
