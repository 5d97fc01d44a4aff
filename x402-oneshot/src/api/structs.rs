//! The struct endpoints: changing the parameters of contract methods that exist.

use http::Method;
use serde::Serialize;

use crate::api::param::{MethodParam, ParamStruct};
use crate::api::param_update::UpdateParam;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::id::{ParamId, StructId};

impl Client {
    /// The struct endpoints.
    #[must_use]
    pub const fn structs(&self) -> Structs<'_> {
        Structs { client: self }
    }
}

/// The struct endpoints, from [`Client::structs`].
///
/// Structs are made along with contract methods. The parameters of a method are the members of a struct without a name,
/// whose id is the [`struct_id`](MethodParam::struct_id) of each; a parameter that is a struct has the id of that one as
/// its [`type_struct_id`](MethodParam::type_struct_id). The API lists no structs and gets none by its id: look at the
/// method.
///
/// A struct may be used by several methods, and a change changes all of them. All calls are sent once; after an error
/// that [may have acted](Error::may_have_acted), the method tells what is so now.
///
/// ```no_run
/// use x402_oneshot::api::{MethodParam, ParamType, UpdateParam};
///
/// # async fn run(client: x402_oneshot::Client, id: x402_oneshot::MethodId) -> Result<(), Box<dyn std::error::Error>> {
/// let method = client.methods().get(id).await?;
/// let amount = method.inputs.iter().find(|input| input.name == "amount").ok_or("no such input")?;
/// let (inputs, amount) = (amount.struct_id.ok_or("no struct")?, amount.id.ok_or("no id")?);
///
/// // From now on, the amount is always the same and no run can choose it.
/// let fixed = UpdateParam::new(amount).static_value("50000");
/// client.structs().update_params(inputs, &[fixed]).await?;
///
/// let memo = MethodParam::new("memo", ParamType::String);
/// client.structs().add_param(inputs, method.inputs.len().try_into()?, memo).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Structs<'a> {
    client: &'a Client,
}

impl Structs<'_> {
    /// Renames a struct, and returns it as it is now.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Error::is_not_found`] if there is none.
    pub async fn rename(self, id: StructId, name: impl Into<String>) -> Result<ParamStruct, Error> {
        #[derive(Serialize)]
        struct Rename {
            name: String,
        }

        let call = Call::act(Method::PUT, "/structs/{structId}").segment(id).json(&Rename { name: name.into() })?;
        self.client.send(call).await
    }

    /// Adds a member, and returns the struct as it is now.
    ///
    /// The API adds behind the last member only, and wants to be told where that is: `index` is how many there are.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Error::is_not_found`] if there is no such struct.
    pub async fn add_param(self, id: StructId, index: u32, param: MethodParam) -> Result<ParamStruct, Error> {
        let call = Call::act(Method::POST, "/structs/{structId}/params").segment(id).json(&param.at(index))?;
        self.client.send(call).await
    }

    /// Changes members, several at once so that they can change places, and returns the struct as it is now.
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Error::is_not_found`] if there is no such struct.
    pub async fn update_params(self, id: StructId, updates: &[UpdateParam]) -> Result<ParamStruct, Error> {
        #[derive(Serialize)]
        struct Updates<'a> {
            updates: &'a [UpdateParam],
        }

        let call = Call::act(Method::PUT, "/structs/{structId}/params").segment(id).json(&Updates { updates })?;
        self.client.send(call).await
    }

    /// Removes the last member, and returns the struct as it is now.
    ///
    /// To remove another, make it the last one first, with [`update_params`](Self::update_params).
    ///
    /// # Errors
    ///
    /// See [`Error`]; [`Error::is_not_found`] if there is no such struct or member.
    pub async fn remove_param(self, id: StructId, param: ParamId) -> Result<ParamStruct, Error> {
        let call = Call::act(Method::DELETE, "/structs/{structId}/params/{structParamId}").segment(id).segment(param);
        self.client.send(call).await
    }
}
