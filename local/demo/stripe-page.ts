/** What the payer does on the payment page: presses a button. */

/** Submits the form of the page where a person approves or declines. @throws Error when the page refuses. */
export async function pressOnPaymentPage(
  stripeUrl: string,
  clientSecret: string,
  action: string,
): Promise<void> {
  const page = `${stripeUrl}/pay/payment/${encodeURIComponent(clientSecret)}`;
  const shown = await fetch(page);
  if (!shown.ok) throw new Error(`The payment page answered ${shown.status}`);
  const pressed = await fetch(page, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ action }),
  });
  if (!pressed.ok) throw new Error(`The payment page answered ${pressed.status} to ${action}`);
}
