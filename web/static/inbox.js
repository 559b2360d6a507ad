// Ctrl+Enter, or ⌘+Enter, sends the answer that is being written.

const field = document.getElementById("text");

field?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  event.preventDefault();
  field.form.requestSubmit(field.form.querySelector("button[value=answer]"));
});
