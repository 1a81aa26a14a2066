// On a refused page Back and reload fetch the page anew, instead of asking whether to send it again.
// What is faulty was only sent with the page: first it is kept as a draft. A phone that keeps nothing asks as before.
if (sessionStorage.getItem("delphi private") !== "1") {
  for (const control of document.querySelectorAll("form[data-save] [aria-invalid]")) {
    control.dispatchEvent(new Event("input", { bubbles: true }));
  }
  history.replaceState(null, "", location.href);
}
