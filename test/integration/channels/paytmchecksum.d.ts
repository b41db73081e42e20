/** Paytm's package comes without types. */
declare module "paytmchecksum" {
  const PaytmChecksum: {
    /** Takes `CHECKSUMHASH` out of the form that it is given. */
    verifySignature(params: string | Record<string, string>, key: string, checksum: string): boolean;
    generateSignature(params: string | Record<string, string>, key: string): Promise<string>;
  };
  export default PaytmChecksum;
}
