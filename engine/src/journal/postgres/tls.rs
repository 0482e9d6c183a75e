//! TLS as libpq means its `sslmode`: `prefer` and `require` encrypt and ask for no proof of who the
//! server is, `verify-ca` asks for a certificate that is trusted, `verify-full` for one of that host.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{Code, Problem};

/// How much proof of who the server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    None,
    Authority,
    AuthorityAndHost,
}

/// What makes connections over TLS; the certificates that are trusted are those of a file, or the
/// system's.
pub(super) fn connector(proof: Proof, roots: Option<&Path>) -> Result<MakeRustlsConnect, Problem> {
    let provider = Arc::new(ring::default_provider());
    let failed = |what: &str| Problem::new(Code::Unreadable, format!("TLS cannot be used: {what}"));
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error.to_string()))?;
    let authority = match proof {
        Proof::None => None,
        Proof::Authority | Proof::AuthorityAndHost => {
            let roots = Arc::new(trusted(roots)?);
            let verifier =
                WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider));
            Some(verifier.build().map_err(|error| failed(&error.to_string()))?)
        }
    };
    let verifier: Arc<dyn ServerCertVerifier> = match (proof, authority) {
        (Proof::AuthorityAndHost, Some(authority)) => authority,
        (_, authority) => Arc::new(Lenient { provider, authority }),
    };
    let config =
        builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// The certificates of authorities that are trusted.
fn trusted(file: Option<&Path>) -> Result<RootCertStore, Problem> {
    let mut roots = RootCertStore::empty();
    let Some(file) = file else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            let problem =
                Problem::new(Code::Unreadable, "this system has no certificates that are trusted");
            return Err(problem.help("`sslrootcert` in the address names a file of them"));
        }
        return Ok(roots);
    };
    let name = file.display().to_string();
    let refused = |what: String| {
        let message = format!("the certificates of `{name}` cannot be used: {what}");
        Problem::new(Code::Unreadable, message).file(&name)
    };
    let certificates =
        CertificateDer::pem_file_iter(file).map_err(|error| refused(error.to_string()))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| refused(error.to_string()))?;
        roots.add(certificate).map_err(|error| refused(error.to_string()))?;
    }
    match roots.is_empty() {
        true => Err(refused("there is none".to_owned())),
        false => Ok(roots),
    }
}

/// Takes any certificate, or any of a trusted authority, whatever host it is for.
#[derive(Debug)]
struct Lenient {
    provider: Arc<CryptoProvider>,
    authority: Option<Arc<WebPkiServerVerifier>>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        end: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        host: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(authority) = &self.authority else { return Ok(ServerCertVerified::assertion()) };
        match authority.verify_server_cert(end, between, host, ocsp, now) {
            // The name is the last thing that is looked at: the authority is trusted by then.
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
